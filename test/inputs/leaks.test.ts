import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { readAuthRequest } from '../../src/actions/auth/inputs.ts';
import { readCapacity } from '../../src/actions/capacity/inputs.ts';
import { readCheck } from '../../src/actions/check/inputs.ts';
import { readDeployInputs } from '../../src/actions/deploy/inputs.ts';
import { readDoctor } from '../../src/actions/doctor/inputs.ts';
import { readDrill } from '../../src/actions/drill/inputs.ts';
import { readGateway } from '../../src/actions/gateway/inputs.ts';
import { readGuard } from '../../src/actions/guard/inputs.ts';
import { readLogs } from '../../src/actions/logs/inputs.ts';
import { readModel } from '../../src/actions/model/read.ts';
import { readPipeline } from '../../src/actions/pipeline/inputs.ts';
import { readPostureInputs } from '../../src/actions/posture/inputs.ts';
import { readRelease } from '../../src/actions/release/inputs.ts';
import { readRollback } from '../../src/actions/rollback/inputs.ts';
import { readSlo } from '../../src/actions/slo/inputs.ts';
import { readSmokeTest } from '../../src/actions/smoke-test/inputs.ts';
import { readWatch } from '../../src/actions/watch/request.ts';
import { type ActionName, newReport } from '../../src/domain/report/report.ts';
import { allInputs, inputsOf } from '../../src/inputs/table.ts';
import { type Context, createContext } from '../../src/runner/context.ts';
import { failed } from '../../src/runner/failure.ts';
import { createSecrets } from '../../src/runner/secrets.ts';
import { piecesOf } from '../support/pieces.ts';
import { transcriptOf } from '../support/transcript.ts';

/** A secret in any input, in any shape: what the step writes holds no 8 characters of it. */

const secret = 'Zq7!vN2#xL9%tR4w~Kb';
const shapes: Record<string, string> = {
  bare: secret,
  'of a map': `DB_PASSWORD=${secret}`,
  'of a map that cannot be read': `DB_PASSWORD=${secret},${secret}`,
  'of a key': `${secret}=value`,
  'on a second line': `A=1\n${secret}`,
  'in quotes that do not end': `A="${secret}`,
  'in a URL': `https://user:${encodeURIComponent(secret)}@example.com/x`,
  'in a URL of another kind': `ftp://user:${secret}@example.com/x`,
  'in a list': `one, ${secret}`,
  'very long': `${secret}${'x'.repeat(9000)}${secret}`,
};

const readers: Record<ActionName, (context: Context) => unknown> = {
  release: readRelease,
  auth: readAuthRequest,
  deploy: readDeployInputs,
  doctor: readDoctor,
  guard: readGuard,
  posture: readPostureInputs,
  gateway: readGateway,
  check: readCheck,
  slo: readSlo,
  capacity: readCapacity,
  'smoke-test': readSmokeTest,
  watch: readWatch,
  rollback: readRollback,
  logs: readLogs,
  pipeline: readPipeline,
  model: readModel,
  drill: readDrill,
};

/** A reason that is meant to be read: the report keeps it. */
const free = new Set(
  Object.entries(allInputs)
    .filter(([, { secret: hidden, shown, kind }]) => {
      if (hidden || (shown ?? kind.shown) !== 'value') return false;
      try {
        kind.parse(secret);
        return true;
      } catch {
        return false;
      }
    })
    .map(([name]) => name),
);

let folder: string;
let total = 0;
/** Inputs that an earlier action has tried already: every action reads an input alike. */
const tried = new Set<string>();
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bs-leaks-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
  expect(total).toBeGreaterThan(880);
});

test('only the reasons of overrides are kept word for word, whatever they are', () => {
  expect([...free].sort()).toEqual(['alert_override', 'budget_override', 'freeze_override']);
});

test.each(Object.keys(readers) as ActionName[])('%s', async (action) => {
  const leaks: string[] = [];
  let runs = 0;
  for (const name of inputsOf(action).filter((input) => !free.has(input) && !tried.has(input)))
    for (const [shape, value] of Object.entries(shapes)) {
      const env = { INPUT_NAME: 'ocr', INPUT_REGION: 'us-central1', [`INPUT_${name.toUpperCase()}`]: value };
      const lines: string[] = [];
      const secrets = createSecrets(() => {});
      const say = (text: string) => void lines.push(secrets.redact(text));
      const context = createContext(env, {
        log: {
          line: say,
          warning: say,
          debug: say,
          detail: (title, more) => [title, ...more].forEach(say),
        },
        signal: new AbortController().signal,
        secrets,
        saveState: () => {},
        state: () => '',
      });
      const report = newReport(action);
      let finished = { report };
      try {
        await readers[action](context);
        context.inputs.done();
        report.inputs = context.inputs.given;
      } catch (error) {
        finished = failed(action, error, context);
      }
      const written = [await transcriptOf(finished, context, folder), ...lines].join('\n');
      runs++;
      for (const piece of piecesOf([secret, encodeURIComponent(secret)], written))
        leaks.push(`${name} ${shape}: ${piece}`);
    }
  for (const name of inputsOf(action)) tried.add(name);
  expect(leaks).toEqual([]);
  total += runs;
});
