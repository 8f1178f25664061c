import type { Kind } from './kinds.ts';
import { healthy } from './stage.ts';
import { playRolledBack } from './stories-releases.ts';
import type { Story } from './story.ts';

/** The same release, of a function of Cloud Run's own API and of a container image. */

const promoted = (name: string, what: string, kind: Kind): Story => ({
  name,
  what,
  outcome: 'promoted',
  kind,
  play: async (stage) => {
    await stage.before();
    await stage.users(60);
    stage.source(healthy, { startMs: 300 });
    return stage.release({ inputs: { canary: '10%,50%' } });
  },
});

const rolledBack = (name: string, what: string, kind: Kind): Story => ({
  name,
  what,
  outcome: 'rolled_back',
  kind,
  play: playRolledBack,
});

export const services: readonly Story[] = [
  promoted('run-function-promoted', 'A good update of a function that Cloud Run builds', 'run-function'),
  rolledBack(
    'run-function-rolled-back',
    'An update of such a function that fails 3 % of the users’ requests',
    'run-function',
  ),
  {
    name: 'run-function-refused',
    what: 'A workflow that releases such a function, but its name belongs to a service that runs an image',
    kind: 'run-image',
    play: async (stage) => {
      await stage.before();
      stage.source(healthy, { startMs: 300 });
      return stage.release({ kind: 'run-function' });
    },
  },
  promoted('run-image-promoted', 'A good update of a service that runs a container image', 'run-image'),
  rolledBack(
    'run-image-rolled-back',
    'An update of such a service that fails 3 % of the users’ requests',
    'run-image',
  ),
  {
    name: 'run-image-refused',
    what: 'An image that nobody has pushed: the release stops before it changes anything',
    outcome: 'blocked',
    kind: 'run-image',
    play: async (stage) => {
      await stage.before();
      const registry = new URL(stage.sandbox.env.GHA_ENDPOINT_OVERRIDE_registry as string).host;
      const image = `${registry}/${stage.sandbox.project}/containers/ocr-api:v2`;
      return stage.release({ inputs: { image } });
    },
  },
];
