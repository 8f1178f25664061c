import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { parse, parseDocument } from 'yaml';
import { foreignTool } from '../../support/find-program.ts';
import { describeWith } from '../../support/foreign-tool.ts';
import { MlflowServer, mlflowProgram } from '../../support/mlflow.ts';
import { type Published, published } from '../workflows/published.ts';
import { install } from './act.ts';
import { isComposite, isOurs, leaks } from './judge.ts';
import type { StepRun } from './lines.ts';
import * as repository from './repository.ts';
import { ActWorld } from './world.ts';

/**
 * Every workflow that a user may copy from README.md, from the README of an action, from docs/release/workflow.md or from examples/, run by act from checkout
 * to post step on one sandbox. They run in the order of a user: the README's release is the first one.
 */

jest.setTimeout(300_000);

const examples = published().filter(({ place }) =>
  /^(README\.md|actions\/|examples\/|docs\/release\/workflow)/.test(place),
);
const first = examples.filter(({ place }) => place.startsWith('README.md'));
/** Those of `model` look at what the release of a model has left. */
const afterModel = examples.filter(({ place }) => place.startsWith('actions/model/'));
const order = [...first, ...examples.filter((one) => ![...first, ...afterModel].includes(one))].flatMap(
  (one) => (one.place === 'examples/workflows/release-model.yml' ? [one, ...afterModel] : [one]),
);

/** A watch without users ends without a decision, and says so. */
const noUsers = /actions\/watch@/;

/** An answer that took more than a second is an entry of its own. A busy machine has some, so both ends are right then. */
const verdictOf = ({ name, outputs }: StepRun): string => {
  if (noUsers.test(name) && outputs.requests === '0') return 'inconclusive';
  return /actions\/logs@/.test(name) && outputs.kind === 'slow' ? 'fail' : 'pass';
};

/** The examples in Python, which fetch language data with npm, and build an image with docker. python.test.ts has what stands in for both. */
const inPython = /docker buildx|get-languages\.sh/;

/** The examples that measure sizes send hundreds of calls at a fixed rate, which takes many minutes. test/actions/capacity measures on the sandbox. */
const measuring = /actions\/capacity@/;

/** The examples that take a model from MLflow. A real server has it. */
const inMlflow = /\bmlflow:\/\/mlflow\.example\.com\//;
async function withModel(program: string): Promise<MlflowServer> {
  const server = await MlflowServer.start(program);
  await server.setAlias('ocr', 'candidate', await server.keep('ocr', 'weights'));
  return server;
}

/** The examples that write to Datadog, which is no part of the sandbox. test/actions/slo/datadog.test.ts has a stand-in for it. */
const inDatadog = /^\s+system: datadog$/m;

/**
 * The pull request's example says to keep the smoke test of one's own kind of function. The repository here is in Node.js. The plan needs
 * an event, which comment.test.ts has.
 */
function withoutOthers({ place, text }: Published): string {
  // Nothing fails before this step here.
  if (place.startsWith('actions/logs/')) return text.replace('if: failure()', 'if: always()');
  if (place !== 'examples/workflows/pull-request.yml') return text;
  const document = parseDocument(text);
  for (const job of ['python', 'container', 'plan'])
    if (!document.deleteIn(['jobs', job])) throw new Error(job);
  return document.toString({ lineWidth: 0 });
}

function eventOf({ text }: Published): string {
  const { on } = parse(text) as { on: string | string[] | Record<string, unknown> };
  if (typeof on === 'string') return on;
  return (Array.isArray(on) ? on : Object.keys(on))[0] ?? 'push';
}

test('the examples are found', () => {
  expect(first.length).toBeGreaterThan(0);
  expect(order.length).toBeGreaterThanOrEqual(26);
  expect(order.filter(({ text }) => inPython.test(text)).map(({ place }) => place)).toEqual([
    'examples/workflows/release-container.yml',
    'examples/workflows/release-python.yml',
  ]);
  expect(order.filter(({ text }) => inDatadog.test(text))).toHaveLength(1);
});

describeWith('act', install, 'the published examples under act', (act) => {
  let world: ActWorld;
  let whole = '';
  let checked = '';
  let generated = '';
  let hasApi = false;
  let mlflow: MlflowServer | undefined;
  const folderOf = ({ place, text }: Published) => {
    if (place.startsWith('actions/slo/') && text.includes('output_dir')) return generated;
    return /\bnpm ci\b|\/check(-comment)?\.yml@/.test(text) ? checked : whole;
  };
  beforeAll(async () => {
    world = await ActWorld.start(act);
    whole = world.repository('whole');
    checked = world.repository('checked');
    for (const folder of [whole, checked]) {
      repository.realFunction(folder);
      repository.realSuite(folder);
      repository.realFunction(`${folder}/functions/ocr`);
      repository.realSuite(`${folder}/tests`);
      repository.objectives(folder);
    }
    // The example of a replay needs a recording.
    repository.recording(whole);
    repository.pipeline(whole);
    // Examples with `npm ci` get a lock file and packages that need no network.
    for (const folder of [checked, `${checked}/functions/ocr`]) repository.vendored(folder);
    // Prometheus has no latency of Cloud Run, so the example that verifies files for it has another objective.
    generated = world.repository('generated');
    repository.availability(generated);
    repository.alerting(generated, 'deploy/monitoring');
    for (const folder of [whole, checked, generated]) repository.commit(folder);
    world.grant('roles/monitoring.editor');
    world.pipeline();
    await world.sagemaker('ocr-correction');
    await world.secrets('ocr-key', 'tls-key');
  });
  afterAll(async () => {
    const seen = await world.control('GET', '/reachability');
    await world.stop();
    await mlflow?.stop();
    expect(seen).toMatchObject({ everReachable: false });
  });

  for (const example of order) {
    const needsGcloud = /run: .*gcloud|^\s+gcloud/m.test(example.text);
    const missing = [
      ...(needsGcloud && !foreignTool('gcloud') ? ['gcloud'] : []),
      ...(inMlflow.test(example.text) && mlflowProgram === undefined ? ['MLflow'] : []),
    ];
    const skipped = missing.length > 0;
    if (skipped) console.warn(`Skipped: ${example.place} under act. ${missing.join(', ')} is missing.`);
    if ([inPython, inDatadog, measuring].some((left) => left.test(example.text))) continue;
    (skipped ? test.skip : test)(`${example.place} succeeds`, async () => {
      if (/\/actions\/drill@/.test(example.text)) world.buckets();
      if (example.place.startsWith('actions/gateway/') && !hasApi) {
        hasApi = true;
        world.gateway('ocr-api');
        repository.api(whole, world.urlOf('ocr-api'));
      }
      let text = withoutOthers(example);
      if (inMlflow.test(text)) {
        mlflow ??= await withModel(mlflowProgram as string);
        text = text.replaceAll('mlflow.example.com', mlflow.place);
      }
      const ran = await world.run(text, folderOf(example), eventOf(example));
      const failures = ran.steps.filter(({ result }) => result === 'failure');
      expect(failures.map(({ name, stage, log }) => ({ name, stage, log }))).toEqual([]);
      expect(ran.jobs.map(({ result }) => result)).toEqual(ran.jobs.map(() => 'success'));
      expect(ran.code).toBe(0);
      const ours = ran.steps.filter((step) => isOurs(step) && step.stage === 'Main' && !isComposite(step));
      expect(ours.length).toBeGreaterThan(0);
      for (const step of ours) {
        expect([step.name, step.outputs.verdict]).toEqual([step.name, verdictOf(step)]);
        expect(step.outputs.report).toMatch(/backstay-[\w-]+\.json$/);
        expect(step.annotations.filter(({ level }) => level === 'error')).toEqual([]);
        if (step.outputs.outcome !== 'promoted' || /actions\/gateway@/.test(step.name)) continue;
        const regions = JSON.parse(step.outputs.regions || '{}') as Record<string, { revision: string }>;
        const serving = Object.entries(regions).map(([region, { revision }]) => [region, revision]);
        for (const [region, revision] of serving.length > 0 ? serving : [[undefined, step.outputs.revision]])
          expect(world.traffic('ocr-api', region)).toEqual([{ revision, percent: 100 }]);
      }
      // A post step writes no output, since act would hand it on as the main step's.
      for (const step of ran.steps.filter(({ stage }) => stage === 'Post')) expect(step.outputs).toEqual({});
      expect(leaks(ran)).toEqual([]);
    });
  }
});
