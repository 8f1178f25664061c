import { failing, healthy, invoice, type Stage } from './stage.ts';
import type { Story } from './story.ts';

/** Releases that got as far as a watch or a smoke test. */

const misread = [{ status: 200, body: { ...invoice, text: 'INV0ICE 2O26' }, latencyMs: 3 }];

/** Users begin when the candidate is tagged: the budget gate has nothing to say about them. */
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
    what: 'A good update: 10 %, 50 % and 100 % of the traffic, the objective is proved',
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
    what: 'A good update of a function that hardly anybody calls',
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
    what: 'The same source and configuration again',
    play: async (stage) => {
      await stage.before();
      return stage.release();
    },
  },
  {
    name: 'rolled-back',
    outcome: 'rolled_back',
    what: 'An update that passes its smoke test and fails 3 % of what users send; seen at 50 % of the traffic',
    play: async (stage) => {
      await stage.before();
      await stage.history(200, 15);
      await stage.users(80);
      stage.source(failing(0.03));
      return stage.release({ inputs: { canary: '5%,50%', step_duration: '10s' } });
    },
  },
  {
    name: 'rolled-back-at-100',
    outcome: 'rolled_back',
    what: 'The same without a canary: seen when all users are on the new revision',
    play: async (stage) => {
      await stage.before();
      await stage.users(20);
      stage.source(failing(0.12));
      return stage.release({ inputs: { canary: 'none', duration: '20s' } });
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
    what: 'An outage below both revisions: 40 % of all requests fail, on the old revision as well',
    play: async (stage) => {
      await stage.before(failing(0.4, 503));
      stage.source(failing(0.4, 503));
      return stage.release({ onLine: usersAtTag(stage, 20) });
    },
  },
  {
    name: 'held-blind',
    outcome: 'held',
    what: 'The request logs answer 403 as soon as users are on the new revision',
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
