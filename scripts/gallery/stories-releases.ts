import { failing, healthy, invoice, type Stage } from './stage.ts';
import type { Story } from './story.ts';

/** Stories of releases that reach the smoke test or the watch. */

const misread = [{ status: 200, body: { ...invoice, text: 'INV0ICE 2O26' }, latencyMs: 3 }];

/** Plays an update that fails 3 % of the users' requests, which the watch sees. */
export const playRolledBack: Story['play'] = async (stage) => {
  await stage.before();
  await stage.history(200, 15);
  await stage.users(80);
  stage.source(failing(0.03));
  return stage.release({ inputs: { canary: '5%,50%', step_duration: '10s' } });
};

/** Lets users begin when the candidate gets its tag. The budget gate runs before and does not count them. */
const usersAtTag = (stage: Stage, rps: number) => {
  let begun = false;
  return (line: string) => {
    if (begun || !/^✓ Tag /.test(line)) return undefined;
    begun = true;
    return stage.users(rps);
  };
};

export const releases: readonly Story[] = [
  {
    name: 'promoted',
    outcome: 'promoted',
    what: 'A good update: it gets 10 %, 50 % and 100 % of the traffic, and the watch proves that it keeps its objective',
    play: async (stage) => {
      await stage.before();
      await stage.users(60);
      stage.source(healthy);
      return stage.release({ inputs: { canary: '10%,50%' } });
    },
  },
  {
    name: 'promoted-too-few-requests',
    outcome: 'promoted',
    what: 'A good update of a function that few users call',
    play: async (stage) => {
      await stage.before();
      await stage.users(1);
      stage.source(healthy);
      return stage.release({ inputs: { step_duration: '10s', duration: '10s' } });
    },
  },
  {
    name: 'unchanged',
    outcome: 'promoted',
    what: 'A second release of the same source and configuration',
    play: async (stage) => {
      await stage.before();
      return stage.release();
    },
  },
  {
    name: 'rolled-back',
    outcome: 'rolled_back',
    what: 'An update that passes its smoke test, but fails 3 % of the users’ requests; the watch sees it at 50 % of the traffic',
    play: playRolledBack,
  },
  {
    name: 'rolled-back-at-100',
    outcome: 'rolled_back',
    what: 'A similar update without a canary: the watch sees it when all users are on the new revision',
    play: async (stage) => {
      await stage.before();
      await stage.users(20);
      stage.source(failing(0.12));
      return stage.release({ inputs: { canary: 'none', duration: '20s' } });
    },
  },
  {
    name: 'rolled-back-model',
    outcome: 'rolled_back',
    what: 'A new model with the same code: it reads the image of the smoke test and fails 10 % of what users send; traffic that goes back takes the model back',
    play: async (stage) => {
      const [old, worse] = [stage.model(7), stage.model(8)];
      const ofWorse = failing(0.1).map((answer) => ({ ...answer, env: { MODEL_URI: worse } }));
      await stage.before([...ofWorse, ...healthy], { model: old });
      await stage.users(40);
      return stage.release({ inputs: { model: worse } });
    },
  },
  {
    name: 'rejected',
    outcome: 'rejected',
    what: 'A first release whose smoke test fails: there is nothing to go back to',
    play: async (stage) => {
      stage.source(misread);
      return stage.release();
    },
  },
  {
    name: 'smoke-failed',
    outcome: 'smoke_failed',
    what: 'An update that misreads the invoice of the smoke suite',
    play: async (stage) => {
      await stage.before();
      stage.source(misread);
      return stage.release();
    },
  },
  {
    name: 'held-platform',
    outcome: 'held',
    what: 'An outage of the platform: 40 % of all requests fail, on the old revision too',
    play: async (stage) => {
      await stage.before(failing(0.4, 503));
      stage.source(failing(0.4, 503));
      return stage.release({ onLine: usersAtTag(stage, 20) });
    },
  },
  {
    name: 'held-blind',
    outcome: 'held',
    what: 'The request logs start to answer 403 when users are on the new revision',
    play: async (stage) => {
      await stage.before();
      await stage.users(10);
      stage.source(healthy);
      let denied = false;
      return stage.release({
        inputs: { source: 'logs' },
        onLine: async (line) => {
          if (denied || !/Watch 50 %/.test(line)) return;
          denied = true;
          const body = {
            error: { code: 403, message: 'Permission denied for all log views', status: 'PERMISSION_DENIED' },
          };
          const fault = { status: 403, body, forMs: 600_000 };
          await stage.sandbox.control('POST', '/faults', { api: 'logging', fault });
        },
      });
    },
  },
];
