import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { explain } from '../../src/domain/causes/explain.ts';
import { type Mistake, mistakes } from '../domain/causes/mistakes.ts';
import { DeployWorld, reportOf } from '../support/deploy-world.ts';
import type { RunOptions } from '../support/run-action.ts';

/**
 * The mistakes that show after the call: a build, a start or another stage fails in the sandbox with Google's sentence, the log
 * holds the lines, and a real process explains it. mistakes.test.ts has those that Google answers a call with. CI takes a part
 * of them; BACKSTAY_WHOLE=1 takes all.
 */

jest.setTimeout(300_000);

const whole = Boolean(process.env.BACKSTAY_WHOLE);
const kinds = ['start', 'build'];
const all = mistakes.filter(({ facts }) => kinds.includes(facts.kind));
const some = whole ? all : all.filter((_, index) => index % 6 === 0);

let world: DeployWorld;
beforeAll(async () => {
  world = await DeployWorld.start();
});
afterAll(() => world.stop());

/** Google's sentence without the words that the platform puts around it. The sandbox puts them around it too. */
const bare = (message: string): string =>
  message.replace(/^Build failed with status: FAILURE and message: /, '');

const refusedStart = (message: string, name: string) => ({
  name: `projects/${world.sandbox.project}/locations/${world.sandbox.region}/operations/${name}`,
  done: true,
  error: { code: 3, message },
  metadata: {
    '@type': 'type.googleapis.com/google.cloud.functions.v2.OperationMetadata',
    operationType: 'CREATE_FUNCTION',
    stages: [
      { name: 'BUILD', state: 'COMPLETE' },
      {
        name: 'SERVICE',
        state: 'COMPLETE',
        stateMessages: [{ severity: 'ERROR', type: 'CloudRunServiceError', message }],
      },
    ],
  },
});

async function deployed(mistake: Mistake, name: string, options: RunOptions = {}) {
  const { kind, message, lines = [] } = mistake.facts;
  if (lines.length > 0)
    await world.fault({
      api: 'logging',
      method: 'POST',
      path: 'entries:list',
      times: 1000,
      fault: {
        status: 200,
        body: {
          entries: lines.map((textPayload, index) => ({
            textPayload,
            insertId: `line-${index}`,
            timestamp: new Date().toISOString(),
            logName: `projects/${world.sandbox.project}/logs/stderr`,
          })),
        },
      },
    });
  const fails = kind === 'build' ? { buildFails: bare(message) } : {};
  // A revision that is refused before it starts: the operation says why.
  if (kind === 'start')
    await world.fault({
      api: 'cloudfunctions',
      method: 'GET',
      path: '/operations/',
      times: 1000,
      fault: { status: 200, body: refusedStart(message, name) },
    });
  return world.deploy(
    {
      name,
      source_dir: world.source({
        'index.js': 'exports.ocr = () => {};',
        'package.json': '{}',
        'sandbox.json': JSON.stringify({ ...fails, responses: [{ status: 200 }] }),
      }),
      runtime: 'nodejs24',
      preflight: 'warn',
    },
    options,
  );
}

test('the table has enough of these mistakes', () => {
  expect(all.length).toBeGreaterThanOrEqual(36);
  expect(some.length).toBeGreaterThanOrEqual(6);
});

test.each(some.map((mistake, index) => [mistake.name, mistake, index] as const))(
  '%s',
  async (_name, mistake, index) => {
    const run = await deployed(mistake, `o${index}`);
    await world.clearFaults();
    const [error] = reportOf(run).errors as (ReturnType<typeof reportOf>['errors'][number] & {
      row?: string;
      page?: string;
    })[];
    expect([run.code, error?.row]).toEqual([1, explain(mistake.facts)?.id]);
    // Cause and page, in the annotation and in the summary.
    expect(error?.page).toMatch(new RegExp(`errors\\.md#${error?.row}$`));
    expect(run.summary).toContain(`errors.md#${error?.row}`);
    expect(run.log).toMatch(new RegExp(`^::error [^\\n]*errors\\.md#${error?.row}`, 'm'));
    for (const command of error?.commands ?? []) {
      expect(run.summary).toContain(command);
      expect(run.log).toContain(command.replace(/%/g, '%25'));
    }
    expect([error?.why, error?.fix].join(' ').length).toBeGreaterThan(40);
  },
);
