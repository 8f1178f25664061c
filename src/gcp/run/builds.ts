import { listOf, objectOf, textOf } from '../../domain/data/json.ts';
import { parseSource } from '../../domain/source/location.ts';
import type { Rest } from '../../http/rest.ts';
import type { Build, Builds } from '../../steps/ports/builds.ts';

/** The states of google.devtools.cloudbuild.v1.Build that are no end. */
const running = new Set(['PENDING', 'QUEUED', 'WORKING']);

const stateOf = (status: string | undefined): Build['state'] =>
  running.has(status ?? '') ? 'running' : status === 'SUCCESS' ? 'succeeded' : 'failed';

/** Cloud Build v1. The newest builds come first, and a deploy looks for one that has just begun. */
export function createBuilds(rest: Rest): Builds {
  return {
    async ofSource({ project, region }, location, signal) {
      const { bucket, object } = parseSource(location) ?? {};
      if (object === undefined) return undefined;
      const { body } = await rest.call({
        api: 'cloudbuild',
        method: 'GET',
        path: `v1/projects/${project}/locations/${region}/builds`,
        query: { pageSize: 50 },
        deadlineMs: 15_000,
        signal,
      });
      const build = listOf(body.builds)
        .map(objectOf)
        .find((one) => {
          const source = objectOf(objectOf(one.source).storageSource);
          return source.bucket === bucket && source.object === object;
        });
      const id = textOf(build?.id);
      return build && id !== undefined ? { id, state: stateOf(textOf(build.status)) } : undefined;
    },
  };
}
