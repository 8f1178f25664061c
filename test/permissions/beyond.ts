import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { runState } from '../../sandbox/run/model.ts';
import { store } from '../../sandbox/storage/state.ts';
import { modelsOf, registerModel } from '../../sandbox/vertex/models/index.ts';
import { pipelineState } from '../../sandbox/vertex/pipelines/state.ts';
import { ReleaseError } from '../../src/domain/errors/errors.ts';
import { frontAudience, frontGateway } from '../support/front-gateway.ts';
import type { Story } from './stories.ts';
import { type PermissionWorld, service, type Tried } from './world.ts';

/**
 * What the identities do with the rights that `init` gives only if it is asked for them. Every kind of deployment has the same, so
 * one of them plays these. The rights of `slo`, of gateways and of the posture have tests of their own, which take each permission away.
 */

const drivers = ['function'] as const;
const quick = { canary: 'none', duration: '1s', step_duration: '1s', slo: 'none', smoke_suite: 'none' };

const releaseModel = (world: PermissionWorld, model: string) =>
  world.act('release', 'deployer', { ...quick, source_dir: world.cloud.good(), model });

/** A version of a model whose files are in the bucket. The newest is the candidate. */
function register({ cloud: { sandbox } }: PermissionWorld): void {
  const name = `projects/${sandbox.project}/locations/${sandbox.region}/models/ocr`;
  const versions = modelsOf(sandbox.world).get(name) ?? [];
  const folder = `ocr/${versions.length + 1}`;
  store(sandbox.world, 'models', `${folder}/model.onnx`, Buffer.from(folder));
  for (const version of versions)
    version.versionAliases = version.versionAliases.filter((one) => one !== 'candidate');
  registerModel(sandbox.world, name, { artifactUri: `gs://models/${folder}` }).versionAliases.push(
    'candidate',
  );
}

/** Tasks of a pipeline take a moment, and do what they are told. */
function tasks(world: PermissionWorld, scripts: object = {}): void {
  const state = pipelineState(world.cloud.sandbox.world);
  const example = join(import.meta.dirname, '../../examples/pipeline/pipeline.yaml');
  copyFileSync(example, join(world.cloud.folder, 'pipeline.yaml'));
  Object.assign(state, { usual: 50, scripts });
}

/** Somebody else has released a gateway in front of the service. */
async function behindGateway({ cloud }: PermissionWorld): Promise<void> {
  const found = runState(cloud.sandbox.world).services.get(cloud.serviceName(service));
  const door = [...(found?.doors.values() ?? [])].find(({ kind }) => kind === 'service');
  if (door === undefined) throw new Error(`There is no ${service}.`);
  await frontGateway(cloud.sandbox, service, door.url);
}
const throughGateway = { front: 'gateway', gateway: 'front', front_audience: frontAudience };

let runs = 0;
const runPipeline = (world: PermissionWorld, more: Record<string, string> = {}, signal?: AbortSignal) =>
  world.act(
    'pipeline',
    'deployer',
    {
      ...{ pipeline_file: 'pipeline.yaml', parameters: `pairs=gs://data/pairs-${++runs}.tsv` },
      ...{ pipeline_root: 'gs://pipelines/runs', pipeline_service_account: world.email(service, 'pipeline') },
      ...{ log_text: 'true', ...more },
    },
    signal ? { signal } : {},
  );

/** A run that is cancelled as soon as it has asked how its job is doing. */
async function cancelledPipeline(world: PermissionWorld): Promise<Tried> {
  const abort = new AbortController();
  let submitted = false;
  const restore = world.cloud.onCalls(({ api, method, path }) => {
    submitted ||= api === 'aiplatform' && method === 'POST';
    if (submitted && method === 'GET' && /\/pipelineJobs\/[^/]+$/.test(path))
      abort.abort(new ReleaseError('cancelled', { what: 'The run was cancelled.' }));
    return undefined;
  });
  try {
    return await runPipeline(world, { on_cancel: 'cancel' }, abort.signal);
  } finally {
    restore();
  }
}

export const beyondStories: readonly Story[] = [
  {
    ...{
      action: 'release',
      what: 'a model of Vertex AI, whose alias follows',
      identity: 'deployer',
      drivers,
    },
    prepare: async (world) => register(world),
    run: (world) => releaseModel(world, 'vertex://ocr@candidate'),
    ends: { exitCode: 0, outcome: 'promoted' },
  },
  {
    ...{ action: 'rollback', what: 'takes the alias of a model back', identity: 'rollback', drivers },
    prepare: async (world) => {
      for (let n = 0; n < 2; n++) {
        register(world);
        const { report } = await releaseModel(world, 'vertex://ocr@candidate');
        if (report.outcome !== 'promoted') throw new Error(report.reason);
      }
    },
    run: (world) =>
      world.act('rollback', 'rollback', {
        ...{ to: 'before', verify_duration: '1s', model: 'vertex://ocr@candidate' },
      }),
    ends: { exitCode: 0, outcome: 'rolled_back' },
  },
  {
    ...{ action: 'release', what: 'a model in Cloud Storage', identity: 'deployer', drivers },
    prepare: async ({ cloud }) =>
      void store(cloud.sandbox.world, 'models', 'ocr/model.onnx', Buffer.from(`model ${++runs}`)),
    run: (world) => releaseModel(world, 'gs://models/ocr/model.onnx'),
    ends: { exitCode: 0, outcome: 'promoted' },
  },
  {
    ...{ action: 'release', what: 'a folder of a model in Cloud Storage', identity: 'deployer', drivers },
    prepare: async ({ cloud }) =>
      void store(cloud.sandbox.world, 'models', 'folder/model.onnx', Buffer.from(`model ${++runs}`)),
    run: (world) => releaseModel(world, 'gs://models/folder/'),
    ends: { exitCode: 0, outcome: 'promoted' },
  },
  {
    ...{ action: 'pipeline', what: 'submits a job and waits for it', identity: 'deployer', drivers },
    prepare: async (world) => tasks(world),
    run: (world) => runPipeline(world),
  },
  {
    ...{ action: 'pipeline', what: 'shows the log of a task that fails', identity: 'deployer', drivers },
    prepare: async (world) =>
      tasks(world, { train: { fails: { code: 9, message: 'out of memory' }, log: ['Killed'] } }),
    run: (world) => runPipeline(world),
    ends: { exitCode: 1, outcome: undefined },
  },
  {
    ...{
      action: 'pipeline',
      what: 'cancels the job of a run that is cancelled',
      identity: 'deployer',
      drivers,
    },
    prepare: async (world) => tasks(world, { train: { milliseconds: 600_000 } }),
    run: cancelledPipeline,
    ends: { exitCode: 1, outcome: 'cancelled' },
  },
  {
    ...{ action: 'capacity', what: 'of one size', identity: 'deployer', drivers },
    run: (world) =>
      world.act('capacity', 'deployer', {
        ...{ suite: world.cloud.suite(), latency_slo: '90%', latency_threshold: '5s', rate: '5' },
        ...{ cpu_choices: '1', memory_choices: '512Mi', concurrency_choices: '1', instance_choices: '2' },
        ...{ warm_up: '0s', measure_timeout: '10m' },
      }),
  },
  {
    ...{ action: 'drill', what: 'of a bucket and of one with a copy', identity: 'drill', drivers },
    run: (world) =>
      world.act('drill', 'drill', {
        ...{ drill_buckets: 'input, models>models-copy', mode: 'restore', copy_wait: '5m' },
        ...{ canaries: '1', canary_kib: '1' },
      }),
  },
  {
    ...{ action: 'drill', what: 'of a region that would have to take over', identity: 'drill', drivers },
    run: (world) => world.act('drill', 'drill', { second_region: 'europe-west4' }),
    ends: { exitCode: 1, outcome: undefined },
  },
  {
    ...{ action: 'posture', what: 'of a service', identity: 'reader', drivers },
    run: (world) => world.act('posture', 'reader', { fail_on: 'nothing' }),
  },
  {
    ...{
      action: 'release',
      what: 'whose smoke suite goes in through a gateway',
      identity: 'deployer',
      drivers,
    },
    prepare: behindGateway,
    run: (world) =>
      world.act('release', 'deployer', {
        ...{ ...quick, ...throughGateway, source_dir: world.cloud.good(), smoke_suite: world.cloud.suite() },
      }),
    ends: { exitCode: 0, outcome: 'promoted' },
  },
  {
    ...{ action: 'smoke-test', what: 'through a gateway', identity: 'reader', drivers },
    prepare: behindGateway,
    run: (world) => world.act('smoke-test', 'reader', { ...throughGateway, suite: world.cloud.suite() }),
  },
];
