import { listOf, objectOf, textOf } from '../../domain/data/json.ts';
import { parseName } from '../../domain/data/resource-name.ts';
import { ReleaseError } from '../../domain/errors/errors.ts';
import { formatPeriods, parsePeriods, type TaggedVersion } from '../../domain/model/tags.ts';
import { slug } from '../../domain/product.ts';
import type { ModelTags } from '../../steps/ports/model.ts';
import { type MlflowApi, saidBy } from './api.ts';

/** A page has up to 100 versions, each with all its tags. A server may also show pages without end. */
const mostPages = 50;

/** Tags of the versions of a model, one key for each service. */
export function mlflowTags(api: MlflowApi, name: string, isVersion: (text: string) => boolean): ModelTags {
  return {
    async read(service, signal) {
      const key = keyOf(service);
      const found: TaggedVersion[] = [];
      let token: string | undefined;
      for (let pages = 0; pages < mostPages; pages++) {
        const { status, body } = await api('mlflow/model-versions/search', {
          query: {
            filter: `name = '${name}' and tags.\`${key}\` != ''`,
            max_results: '100',
            ...(token === undefined ? {} : { page_token: token }),
          },
          signal,
        });
        if (status !== 200)
          throw new ReleaseError('remote-error', {
            what: `MLflow could not list the tags of ${name} (${status} ${saidBy(body)}).`,
          });
        for (const item of listOf(body.model_versions).map(objectOf)) {
          const version = textOf(item.version) ?? '';
          const tag = listOf(item.tags)
            .map(objectOf)
            .find((one) => one.key === key);
          const periods = parsePeriods(textOf(tag?.value) ?? '');
          if (item.name === name && isVersion(version) && periods.length > 0)
            found.push({ version, periods });
        }
        token = textOf(body.next_page_token) || undefined;
        if (token === undefined) return found;
      }
      throw new ReleaseError('remote-error', {
        what: `MLflow lists the versions of ${name} without end.`,
      });
    },
    async write(service, { version, periods }, signal) {
      const body = { name, version, key: keyOf(service), value: formatPeriods(periods) };
      const answer = await api('mlflow/model-versions/set-tag', { body, signal });
      if (answer.status === 200) return 'written';
      throw new ReleaseError('remote-error', {
        what: `MLflow did not set the tag of version ${version} of ${name} (${answer.status} ${saidBy(answer.body)}).`,
      });
    },
    spelled: (_service, revision) => revision,
  };
}

/** MLflow takes letters, digits and `_ - . /` and space in a key, and a project of an old domain has a colon. */
function keyOf(service: string): string {
  const { project, region, name } = parseName(service);
  return `${slug}/${project}/${region}/${name}`.replace(/[^\w./-]/g, '.');
}
