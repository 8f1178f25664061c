import type { World } from '../core/state.ts';

type Build = Record<string, unknown>;
const TYPE = 'type.googleapis.com/google.devtools.cloudbuild.v1';

/** The operation of a build (google.devtools.cloudbuild.v1.BuildOperationMetadata), whose id is that of the build. */
export function buildOperation(world: World, build: Build): Record<string, unknown> {
  const location = /\/locations\/([^/]+)\//.exec(String(build.name))?.[1] ?? world.region;
  const done = build.status !== 'WORKING' && build.status !== 'QUEUED';
  const { detail } = (build.failureInfo ?? {}) as { detail?: string };
  return {
    name: `projects/${world.project}/locations/${location}/operations/${String(build.id)}`,
    metadata: { '@type': `${TYPE}.BuildOperationMetadata`, build },
    ...(done ? { done } : {}),
    ...(done && build.status === 'SUCCESS' ? { response: { '@type': `${TYPE}.Build`, ...build } } : {}),
    ...(done && build.status !== 'SUCCESS'
      ? { error: { code: 2, message: `Build failed; check build logs for details. ${detail ?? ''}`.trim() } }
      : {}),
  };
}
