import { describe, expect, test } from '@jest/globals';
import { scheduleDate } from '../../../src/domain/deploy/runtime-dates.ts';
import type { Finding } from '../../../src/domain/findings/finding.ts';
import { checkRuntime, type RuntimeList, readRuntimes } from '../../../src/targets/source/runtime.ts';

/** What a plan says of the runtime, by Google's live list or by the schedule. */

const date = (year: number, month: number, day: number) => ({ year, month, day });
const list = [
  { name: 'nodejs22', stage: 'GA', environment: 'GEN_2', deprecationDate: date(2027, 1, 10) },
  { name: 'nodejs24', stage: 'GA', environment: 'GEN_2' },
  { name: 'python39', stage: 'DECOMMISSIONED', environment: 'GEN_2' },
];
const place = { project: 'p', region: 'r', name: 'ocr' };

function told(runtime: string, live: RuntimeList, refuses: boolean) {
  const findings: Finding[] = [];
  const warnings: string[] = [];
  const debug: string[] = [];
  const log = {
    line: () => {},
    detail: () => {},
    warning: (text: string) => void warnings.push(text),
    debug: (text: string) => void debug.push(text),
  };
  const clock = { now: () => Date.parse('2026-11-22T12:00:00Z') };
  const request = { ...place, settings: new Map([['buildConfig.runtime', runtime]]) };
  checkRuntime({ ports: { log, clock }, request, result: { findings } } as never, undefined, live, {
    refuses,
  });
  return { findings, warnings, debug };
}
const spoke = 'GET cloudfunctions v2 runtimes';
const schedule = `Google's schedule of runtimes as of ${scheduleDate}`;
const denied = new Error('403');

describe('the runtime of a plan', () => {
  test.each<[string, RuntimeList, string | undefined, string | undefined]>([
    ['nodejs24', list, undefined, undefined],
    // The list has another date than the schedule, and it is nearer.
    ['nodejs22', list, 'runtime-ending', spoke],
    ['nodejs22', denied, undefined, undefined],
    ['python310', denied, 'runtime-deprecated', schedule],
    ['python310', [], 'runtime-deprecated', schedule],
    // Only the live list refuses.
    ['nodejs20', denied, 'runtime-deprecated', schedule],
    ['cobol85', denied, undefined, undefined],
  ])('%s', (runtime, live, rule, source) => {
    for (const refuses of [true, false]) {
      const { findings, warnings, debug } = told(runtime, live, refuses);
      expect(findings.map((one) => [one.rule, one.source])).toEqual(
        rule === undefined ? [] : [[rule, source]],
      );
      const unread = (refuses ? warnings : debug).filter((text) => text.includes('could not be read'));
      expect(unread).toHaveLength(live === denied ? 1 : 0);
    }
  });

  test.each([
    ['python39', 'was removed'],
    ['nodejs16', 'was removed'],
    ['nodejs23', 'Did you mean'],
  ])('%s is refused for a function, where the list was read', (runtime, text) => {
    expect(() => told(runtime, list, true)).toThrow(
      expect.objectContaining({ code: 'function-refused', what: expect.stringContaining(text) }),
    );
    // Cloud Run has base images that the list does not name.
    const { findings } = told(runtime, list, false);
    expect(findings.map(({ rule }) => rule)).toEqual(runtime === 'nodejs23' ? [] : ['runtime-deprecated']);
  });

  test('a list that cannot be read is no failed read of the plan', async () => {
    const functions = { runtimes: async () => Promise.reject(new Error('403')) };
    expect(await readRuntimes(functions, place, undefined)).toEqual(new Error('403'));
  });
});
