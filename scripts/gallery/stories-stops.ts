import { failing, healthy, type Stage, wait } from './stage.ts';
import type { Story } from './story.ts';

/** Stories of releases that are stopped from outside, or that do not start. */

/** Calls `act` once, after the release has printed its first look at the canary. */
const inCanary = (act: (kill: (signal: NodeJS.Signals) => void) => unknown) => {
  let done = false;
  return (line: string, kill: (signal: NodeJS.Signals) => void) => {
    if (done || !/^ {2}Watch 50 %/.test(line)) return undefined;
    done = true;
    return Promise.resolve(act(kill)).then(() => undefined);
  };
};

async function ownerMovesTraffic(stage: Stage): Promise<void> {
  const { sandbox, serviceName } = stage;
  const { accessToken: token } = await sandbox.control<{ accessToken: string }>('POST', '/tokens', {
    member: 'user:owner@example.com',
  });
  const url = `${sandbox.env.CLOUDSDK_API_ENDPOINT_OVERRIDES_RUN}v2/${serviceName}`;
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const service = (await (await fetch(url, { headers })).json()) as { latestReadyRevision: string };
  const revision = service.latestReadyRevision.split('/').at(-1);
  const type = 'TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION';
  const body = JSON.stringify({ traffic: [{ type, revision, percent: 100 }] });
  const answer = await fetch(`${url}?updateMask=traffic`, { method: 'PATCH', headers, body });
  if (!answer.ok) throw new Error(`the owner could not move the traffic: ${await answer.text()}`);
}

/** Takes away only the deployer's right to change who may call the function. */
async function takeAwayPolicies(stage: Stage): Promise<void> {
  const resource = `//cloudresourcemanager.googleapis.com/projects/${stage.sandbox.project}`;
  const { policies } = await stage.sandbox.control<{
    policies: Record<string, { bindings: { role: string; members: string[] }[] }>;
  }>('GET', '/state');
  const bindings = policies[resource]?.bindings ?? [];
  await stage.settings({
    policies: {
      [resource]: bindings.map(({ role, members }) => ({
        role: role === 'roles/run.admin' ? 'roles/run.developer' : role,
        members,
      })),
    },
  });
}

export const stops: readonly Story[] = [
  {
    name: 'blocked',
    outcome: 'blocked',
    what: 'The error budget of the last 30 days is spent',
    sandbox: ['--metric-lag-ms', '0'],
    play: async (stage) => {
      await stage.before(failing(0.2));
      await stage.users(40);
      await wait(15);
      stage.source(healthy);
      return stage.release();
    },
  },
  {
    name: 'exposed',
    outcome: 'exposed',
    what: 'Someone has made the function public, and the deployer may not change who can call it',
    play: async (stage) => {
      await stage.before();
      await stage.makePublic();
      await takeAwayPolicies(stage);
      stage.source(healthy);
      return stage.release();
    },
  },
  {
    name: 'closed-then-promoted',
    outcome: 'promoted',
    what: 'Someone has made the function public; the release closes it first, then goes on',
    play: async (stage) => {
      await stage.before();
      await stage.users(60);
      await stage.makePublic();
      stage.source(healthy);
      return stage.release();
    },
  },
  {
    name: 'cancelled',
    outcome: 'cancelled',
    what: 'A person cancels the run while half of the traffic is on the new revision',
    play: async (stage) => {
      await stage.before();
      await stage.users(10);
      stage.source(healthy);
      return stage.release({ onLine: inCanary((kill) => kill('SIGINT')) });
    },
  },
  {
    name: 'superseded',
    outcome: 'superseded',
    what: 'A person moves the traffic by hand during the canary',
    play: async (stage) => {
      await stage.before();
      await stage.users(10);
      stage.source(healthy);
      return stage.release({
        inputs: { step_duration: '40s' },
        onLine: inCanary(() => ownerMovesTraffic(stage)),
      });
    },
  },
  {
    name: 'yielded',
    outcome: 'yielded',
    what: 'Another run is releasing the same function',
    play: async (stage) => {
      await stage.before();
      await stage.users(10);
      stage.source(healthy);
      await stage.settings({ github: { runs: { 2001: { status: 'in_progress' } } } });
      let stop: (() => void) | undefined;
      const underWay = new Promise<void>((resolve) => {
        void stage.release({
          inputs: { step_duration: '60s' },
          env: { GITHUB_RUN_ID: '2001' },
          onLine: inCanary((kill) => {
            stop = () => kill('SIGINT');
            resolve();
          }),
        });
      });
      await underWay;
      const second = await stage.release({ inputs: { wait_for_other: '3s' } });
      stop?.();
      await wait(3);
      return second;
    },
  },
  {
    name: 'build-failed',
    outcome: 'rolled_back',
    what: 'The build fails',
    play: async (stage) => {
      await stage.before();
      stage.source(healthy, {
        buildFails: 'function.js does not exist or does not export the expected name: "ocr"',
      });
      return stage.release();
    },
  },
  {
    name: 'dry-run',
    what: '`dry_run: true`: the release prints its plan and changes nothing',
    play: async (stage) => {
      await stage.before();
      stage.source(healthy);
      return stage.release({ inputs: { dry_run: 'true', memory: '1Gi', max_instance_count: '20' } });
    },
  },
  {
    name: 'wrong-inputs',
    what: 'Several inputs are wrong',
    play: async (stage) => {
      stage.source(healthy);
      return stage.release({
        inputs: {
          name: 'OCR_API',
          canary: '50%,10%',
          step_duration: '5 minutes',
          slo: '200%',
          memory: '512 megabytes',
          ingress_settings: 'ALL',
        },
      });
    },
  },
  {
    name: 'login-failed',
    what: 'The identity provider accepts only repositories of another owner',
    play: async (stage) => {
      stage.source(healthy);
      await stage.sandbox.control('POST', '/claims', {
        repository_owner: 'someone-else',
        repository_owner_id: '999',
        repository: 'someone-else/ocr',
      });
      return stage.release();
    },
  },
];
