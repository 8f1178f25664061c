import { healthy, invoice, type Stage, wait } from './stage.ts';
import type { Story } from './story.ts';

/** Stories of several regions, and of the actions that look after what was released. */

const [eu, kr, us] = ['europe-west1', 'asia-northeast3', 'us-central1'] as const;

/** A bucket of the project, and the roles on it that the README of the drill names. */
async function makeBucket(stage: Stage, name: string, settings: object): Promise<void> {
  const { project, env } = stage.sandbox;
  await stage.asOwner('storage', 'POST', `storage/v1/b?project=${project}`, { name, ...settings });
  const members = [`serviceAccount:${env.SERVICE_ACCOUNT}`];
  const bindings = ['roles/storage.bucketViewer', 'roles/storage.objectUser'].map((role) => ({
    role,
    members,
  }));
  await stage.settings({
    policies: { [`//storage.googleapis.com/projects/${project}/buckets/${name}`]: bindings },
  });
}

/** A call that uses 60 ms of a CPU and waits 20 ms for others. */
const law = { cpuMs: 60, ioMs: 20, threads: 1, baseMib: 200, callMib: 50, sigma: 0.05 };

export const operations: readonly Story[] = [
  {
    name: 'regions-rolled-back',
    outcome: 'rolled_back',
    what: 'An update in three regions and two waves: it fails for users of one region of the second wave, which is named, and all regions go back',
    play: async (stage) => {
      const inputs = { region: '', regions: `${eu}; ${kr}, ${us}` };
      await stage.before(healthy, inputs);
      for (const region of [eu, kr, us]) await stage.users(40, undefined, region);
      stage.source([
        { path: '/', status: 200, body: invoice, latencyMs: 3 },
        { path: '/v1/ocr', region: us, status: 500, body: { error: 'No model in this region.' }, share: 0.5 },
        ...healthy,
      ]);
      return stage.release({ inputs: { ...inputs, step_duration: '8s', duration: '14s' } });
    },
  },
  {
    name: 'capacity',
    action: 'capacity',
    what: '`actions/capacity`: the cheapest size that keeps 500 ms at 20 requests a second, as a proposal',
    kind: 'run-image',
    play: async (stage) => {
      await stage.before(healthy, {}, { landscape: law });
      return stage.act('capacity', {
        ...{ name: stage.name, region: stage.sandbox.region, suite: 'backstay.smoke.yaml' },
        ...{ rate: '20', latency_slo: '90%', latency_threshold: '500ms', warm_up: '0s' },
        ...{
          cpu_choices: '1',
          memory_choices: '256Mi, 512Mi',
          concurrency_choices: '1',
          instance_choices: '1, 4',
        },
        ...{ invoker_service_account: stage.sandbox.env.INVOKER_SERVICE_ACCOUNT as string },
      });
    },
  },
  {
    name: 'drill',
    action: 'drill',
    what: '`actions/drill`: a restore in two buckets, one of which has too little protection, and a second region that is behind',
    play: async (stage) => {
      await stage.before(healthy, { region: '', regions: `${us}, ${eu}` });
      stage.source([{ ...healthy[0], status: 200, body: { ...invoice, confidence: 0.97 } }]);
      await stage.release({ inputs: { region: us, slo: 'none', canary: 'none', duration: '1s' } });
      await makeBucket(stage, 'ocr-input', {
        location: 'EU',
        versioning: { enabled: true },
        softDeletePolicy: { retentionDurationSeconds: '1209600' },
      });
      await makeBucket(stage, 'ocr-models', {
        location: 'EUROPE-WEST1',
        softDeletePolicy: { retentionDurationSeconds: '604800' },
      });
      await wait(1);
      return stage.act('drill', {
        ...{ name: stage.name, region: us, second_region: eu, mode: 'restore' },
        ...{ drill_buckets: 'input=ocr-input, model=ocr-models', rpo: '15m', rto: '5m' },
      });
    },
  },
  {
    name: 'posture',
    action: 'posture',
    what: '`actions/posture`: every protection of a service that someone has made public',
    play: async (stage) => {
      await stage.before();
      await stage.makePublic();
      return stage.act('posture', { name: stage.name, region: stage.sandbox.region });
    },
  },
];
