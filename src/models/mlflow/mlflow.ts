import { type JsonObject, objectOf, textOf } from '../../domain/data/json.ts';
import { quoted } from '../../domain/data/shell.ts';
import { ReleaseError } from '../../domain/errors/errors.ts';
import { type ResolvedModel, sameBytes } from '../../domain/model/model.ts';
import type { ModelAliases, ModelRegistry } from '../../steps/ports/model.ts';
import { inOneLine, type MlflowApi, type MlflowClients, saidBy } from './api.ts';
import { bytesOf } from './bytes.ts';
import { exactText, type MlflowReference, parseMlflow } from './reference.ts';
import { mlflowTags } from './tags.ts';

export function createMlflow(
  clients: MlflowClients,
  asked: string,
  reference: MlflowReference,
): ModelRegistry {
  const aliases = aliasesOf(clients.api, reference);
  return {
    resolve: (signal) => resolve(clients, asked, reference, signal),
    aliases,
    tags: mlflowTags(clients.api, reference.name, isVersion),
    async isThere({ reference: other, digest }, signal) {
      const version = aliases.versionOf(other);
      if (version === undefined) return undefined;
      try {
        const now = await resolve(clients, other, { ...reference, at: { version } }, signal);
        return sameBytes(digest, now.digest) || 'changed';
      } catch (error) {
        if (error instanceof ReleaseError && error.code === 'model-refused') return false;
        throw error;
      }
    },
  };
}

async function resolve(
  clients: MlflowClients,
  asked: string,
  reference: MlflowReference,
  signal?: AbortSignal,
): Promise<ResolvedModel> {
  const { name } = reference;
  const found = await versionAt(clients.api, asked, reference, signal);
  const version = textOf(found.version) ?? '';
  const status = inOneLine(textOf(found.status) ?? 'unknown');
  const why = inOneLine(textOf(found.status_message) ?? '');
  if (!isVersion(version))
    throw new ReleaseError('response-malformed', { what: `MLflow described ${asked} without its version.` });
  if ('version' in reference.at && reference.at.version !== version)
    throw new ReleaseError('response-malformed', {
      what: `MLflow answered with version ${version} of ${name} where ${asked} was asked for.`,
    });
  if (status !== 'READY')
    throw new ReleaseError('model-refused', {
      what: `Version ${version} of ${name} is ${status}${why ? ` (${why})` : ''}, and not READY.`,
      fix: 'Wait until it is registered, or register it again.',
    });
  const { uri, digest } = await bytesOf(clients, { asked, name, version }, signal);
  return {
    registry: 'mlflow',
    asked,
    reference: exactText(reference, version),
    name,
    version,
    uri,
    digest,
  };
}

const isVersion = (text: string) => /^\d{1,10}$/.test(text);

async function versionAt(
  api: MlflowApi,
  asked: string,
  { name, at }: MlflowReference,
  signal?: AbortSignal,
): Promise<JsonObject> {
  if ('stage' in at) {
    const body = { name, stages: [at.stage] };
    const answer = await api('mlflow/registered-models/get-latest-versions', { body, signal });
    const [latest] = Array.isArray(answer.body.model_versions) ? answer.body.model_versions : [];
    if (answer.status === 200 && latest !== undefined) return objectOf(latest);
    throw missing(asked, answer.status === 200 ? '' : saidBy(answer.body));
  }
  const answer =
    'alias' in at
      ? await api('mlflow/registered-models/alias', { query: { name, alias: at.alias }, signal })
      : await api('mlflow/model-versions/get', { query: { name, version: at.version }, signal });
  // An unknown alias is 400, an unknown version or model 404.
  if (answer.status !== 200) throw missing(asked, saidBy(answer.body));
  return objectOf(answer.body.model_version);
}

const missing = (asked: string, said: string) =>
  new ReleaseError('model-refused', {
    what: `The model ${asked} does not exist${said ? ` (${said.replace(/\.$/, '')})` : ''}.`,
    fix: 'Correct the model, the alias or the version, or register it first.',
  });

function aliasesOf(api: MlflowApi, reference: MlflowReference): ModelAliases {
  const { base, name } = reference;
  return {
    async read(alias, signal) {
      const { status, body } = await api('mlflow/registered-models/alias', {
        query: { name, alias },
        signal,
      });
      const version = textOf(objectOf(body.model_version).version);
      if (status === 200 && version !== undefined && isVersion(version)) return version;
      // MLflow answers 400 to an alias that nothing has, and says so in words only.
      if (status === 400 && /alias .*not found/i.test(textOf(body.message) ?? '')) return undefined;
      throw new ReleaseError('remote-error', {
        what: `MLflow could not say what the alias ${alias} of ${name} names (${status} ${saidBy(body)}).`,
      });
    },
    async move(alias, version, signal) {
      const body = { name, alias, version };
      const answer = await api('mlflow/registered-models/alias', { body, signal });
      if (answer.status !== 200)
        throw new ReleaseError('remote-error', {
          what: `MLflow did not move the alias ${alias} of ${name} to version ${version} (${answer.status} ${saidBy(answer.body)}).`,
        });
    },
    versionOf(text) {
      try {
        const other = parseMlflow(text.replace(/^mlflow:\/\//, ''));
        const isSame = text.startsWith('mlflow://') && other.base === base && other.name === name;
        return isSame && 'version' in other.at ? other.at.version : undefined;
      } catch {
        return undefined;
      }
    },
    command: (alias, version) =>
      [
        'curl --fail-with-body -sS -X POST',
        quoted(`${base}/api/2.0/mlflow/registered-models/alias`),
        `-H "Authorization: Bearer $MLFLOW_TRACKING_TOKEN" -H 'Content-Type: application/json'`,
        `-d '${JSON.stringify({ name, alias, version })}'`,
      ].join(' '),
  };
}
