/**
 * Releases the OCR function on the sandbox with the built actions, while callers send real images.
 * `--scenario good|bad|exposed|smoke-fails|quality` runs one scenario after the first release that it needs. `--example python` releases the
 * example in Python. `--ports` goes to the sandbox.
 */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { chooseExample, type Example, type ExampleName, examples } from './examples.ts';
import { interrupt, runRelease } from './runner.ts';
import { runnerLog } from './runner-log.ts';
import { type RunningSandbox, startSandbox } from './sandbox.ts';
import { badSource, goodSource, illiterateSource, turnedSource } from './sources.ts';
import { type Ended, table } from './table.ts';
import { Traffic } from './traffic.ts';

const root = join(import.meta.dirname, '..', '..');
const functionName = 'ocr-api';
const scenarios = ['good', 'bad', 'exposed', 'smoke-fails', 'quality'] as const;
type Scenario = (typeof scenarios)[number];

const expected: Record<Scenario | 'first', string> = {
  first: 'promoted',
  good: 'promoted',
  bad: 'rolled_back',
  exposed: 'promoted',
  'smoke-fails': 'smoke_failed',
  quality: 'rolled_back',
};
const titles: Record<Scenario | 'first', string> = {
  first: 'First release',
  good: 'A good update',
  bad: 'A bad update: passes its smoke test, then fails half of its requests',
  exposed: 'A colleague has made the function public; then a good update',
  'smoke-fails': 'An update that has lost its Korean data',
  quality: 'An update that passes its smoke test, then answers 200 with nonsense',
};

interface Arguments {
  wanted: Scenario[];
  example: ExampleName;
  /** Arguments for the sandbox. */
  ports: string[];
}

function parseOptions() {
  try {
    const text = { type: 'string' } as const;
    return parseArgs({ options: { scenario: text, example: text, ports: text } });
  } catch (error) {
    const [first] = (error as Error).message.split('. ');
    throw new Error(
      `${first?.replace(/\.$/, '')}. The options are --scenario ${scenarios.join('|')}, --example ${Object.keys(examples).join('|')} and --ports.`,
    );
  }
}

function readArguments(): Arguments {
  const { values } = parseOptions();
  const ports = values.ports === undefined ? [] : ['--ports', values.ports];
  const example = (Object.keys(examples) as ExampleName[]).find(
    (name) => name === (values.example ?? 'node'),
  );
  if (!example)
    throw new Error(
      `--example "${values.example}" is unknown. Choose from ${Object.keys(examples).join(', ')}.`,
    );
  if (values.scenario === undefined) return { wanted: ['good', 'bad'], example, ports };
  const found = scenarios.find((name) => name === values.scenario);
  if (!found)
    throw new Error(`--scenario "${values.scenario}" is unknown. Choose from ${scenarios.join(', ')}.`);
  return { wanted: [found], example, ports };
}

let sandbox: RunningSandbox | undefined;
let interrupted = false;
const work = mkdtempSync(join(tmpdir(), 'backstay-demo-'));
const kept = join(root, '.demo');
const results = join(kept, new Date().toISOString().replace(/[:.]/g, '-').slice(0, 19));
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.on(signal, () => {
    if (!interrupted)
      console.log('\nStopping: a running release moves the traffic back, then the demo removes everything.');
    // A second Ctrl-C means that the user does not want to wait for the release.
    interrupt(interrupted ? 'SIGKILL' : signal);
    interrupted = true;
  });

const say = (text: string) => console.log(text);
const heading = (text: string) => say(`\n\u001b[1m${text}\u001b[0m`);

async function tidy(): Promise<void> {
  await sandbox?.stop();
  rmSync(work, { recursive: true, force: true });
  if (!interrupted) return;
  rmSync(results, { recursive: true, force: true });
  if (existsSync(kept) && readdirSync(kept).length === 0) rmdirSync(kept);
}

/** Runs one release while callers send requests, and returns its row of the table. */
async function release(
  running: RunningSandbox,
  kind: Scenario | 'first',
  number: number,
  example: Example,
): Promise<Ended | undefined> {
  heading(`${number}. ${titles[kind]}`);
  const source = join(work, `source-${number}`);
  if (kind === 'bad') badSource(example, source, 45);
  else if (kind === 'quality') turnedSource(example, source, 30);
  else if (kind === 'smoke-fails') illiterateSource(example, source);
  else goodSource(example, source, `build ${number}`);
  const runId = String(1000 + number);
  const traffic = kind === 'first' ? undefined : await Traffic.start(running, functionName);
  if (kind === 'exposed') await makePublic(running);
  if (interrupted) return undefined;
  const result = await runRelease(
    join(results, `${number}-${kind}`),
    {
      workload_identity_provider: running.env.WORKLOAD_IDENTITY_PROVIDER as string,
      service_account: running.env.SERVICE_ACCOUNT as string,
      invoker_service_account: running.env.INVOKER_SERVICE_ACCOUNT as string,
      project_id: running.project,
      region: running.region,
      name: functionName,
      runtime: example.runtime,
      entry_point: 'ocr',
      memory: example.memory,
      max_instance_count: '10',
      source_dir: source,
      smoke_suite: join(root, 'examples/smoke/backstay.smoke.yaml'),
      // Only the scenario needs the objective that counts what the function logs about its own answers.
      ...(kind === 'quality' ? { slo_file: 'examples/quality.slo.yaml' } : { slo: '95%' }),
      canary: '50%',
      step_duration: '20s',
      duration: kind === 'first' ? '2s' : '20s',
      verify_duration: '10s',
      poll_interval: '2s',
    },
    {
      ...running.env,
      GITHUB_RUN_ID: runId,
      GITHUB_SHA: `${number}`.repeat(40),
    },
    runnerLog((line) => say(`  ${line}`)),
  );
  const counts = await traffic?.stop();
  return { kind, title: titles[kind], expected: expected[kind], result, counts };
}

/** One click in the console allows everyone to call the function. */
async function makePublic(running: RunningSandbox): Promise<void> {
  const resource = `//run.googleapis.com/projects/${running.project}/locations/${running.region}/services/${functionName}`;
  await running.control('PATCH', '/settings', {
    policies: { [resource]: [{ role: 'roles/run.invoker', members: ['allUsers'] }] },
  });
}

async function main(): Promise<number> {
  const { wanted, example: named, ports } = readArguments();
  const example = chooseExample(named, say);
  const started = performance.now();
  sandbox = await startSandbox(['--sample-reachability', '--log-lag-ms', '1000', ...ports]);
  if (interrupted) return 130;
  say(
    `The sandbox is running: project ${sandbox.project}, region ${sandbox.region}. Nothing leaves this machine.`,
  );
  mkdirSync(results, { recursive: true });
  const ended: Ended[] = [];
  for (const kind of ['first', ...wanted] as const) {
    const one = await release(sandbox, kind, ended.length + 1, example);
    // A stopped run prints no table. Its log has already said what happened.
    if (interrupted || !one) return 130;
    ended.push(one);
    if (ended[0]?.result.report?.outcome !== 'promoted') break;
  }
  const { sightings } = await sandbox.control<{ sightings: { from: string; until?: string; url: string }[] }>(
    'GET',
    '/reachability',
  );
  const seconds = (performance.now() - started) / 1000;
  const text = table(ended, sightings, wanted.includes('exposed'));
  writeFileSync(join(results, 'table.txt'), `${text}\n`);
  heading('What happened');
  say(text);
  say(
    `\nSummaries, reports and logs: ${relative(process.cwd(), results)} (${seconds.toFixed(0)} s in total)`,
  );
  const wrong = ended.filter(({ result, expected: outcome }) => result.report?.outcome !== outcome);
  for (const { title, expected: outcome, result } of wrong)
    say(
      `Not as expected: "${title}" ended ${result.report?.outcome ?? 'without a report'} instead of ${outcome}.`,
    );
  return wrong.length > 0 || ended.length <= wanted.length ? 1 : 0;
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(`The demo cannot run: ${(error as Error).message}`);
  process.exitCode = 1;
} finally {
  await tidy();
}
