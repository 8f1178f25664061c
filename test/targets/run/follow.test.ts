import { describe, expect, test } from '@jest/globals';
import type { RunService } from '../../../src/steps/ports/services.ts';
import { awaitRevision } from '../../../src/targets/run/follow.ts';

/** A service as a poll sees it. */
const service = (more: Partial<RunService>): RunService =>
  ({
    arrived: true,
    settled: true,
    latestCreatedRevision: 'ocr-1',
    latestReadyRevision: 'ocr-1',
    raw: { generation: '1' },
    ...more,
  }) as RunService;
const before = service({});
const busy = service({ arrived: false, settled: false, raw: { generation: '2' } });
const next = { latestCreatedRevision: 'ocr-2', raw: { generation: '2' } };

/** The wall clock is far from the steady one, and goes back while this waits. */
function world(
  answer: (nth: number) => RunService | undefined | Error,
  refusal: (nth: number) => string | undefined = () => undefined,
) {
  let steady = 1000;
  let polls = 0;
  const ports = {
    clock: {
      now: () => 1.8e12 - steady,
      steady: () => steady,
      sleep: async (milliseconds: number) => {
        steady += milliseconds;
      },
    },
    log: { line: () => {}, warning: () => {}, detail: () => {}, debug: () => {} },
    services: {
      get: async () => {
        const found = answer(++polls);
        if (found instanceof Error) throw found;
        return found;
      },
    },
    writer: {
      refusal: async () => {
        const message = refusal(polls);
        return message === undefined ? undefined : { code: 3, message };
      },
    },
  } as unknown as Parameters<typeof awaitRevision>[0];
  const end = (old: RunService | undefined, operation?: string) =>
    awaitRevision(ports, { name: 'ocr', before: old, deadline: 61_000, signal: undefined, operation });
  const wait = (old: RunService | undefined) => end(old).then((ended) => ended.service);
  return { wait, end, polls: () => polls };
}

describe('waiting for a revision', () => {
  test.each<[string, RunService | undefined, Partial<RunService>]>([
    ['a new revision is ready', before, { ...next, latestReadyRevision: 'ocr-2' }],
    ['a new revision did not start', before, { ...next, settled: false }],
    ['a build failed, and there is no new revision', before, { settled: false, raw: { generation: '2' } }],
    ['a new service is there', undefined, {}],
  ])('ends when %s', async (_what, old, more) => {
    const { wait, polls } = world((nth) => (nth < 4 ? busy : service(more)));
    expect(await wait(old)).toMatchObject(more);
    expect(polls()).toBe(4);
  });

  test('ends when the operation failed, although the service is as it was', async () => {
    const { end, polls } = world(
      () => before,
      (nth) => (nth < 3 ? undefined : 'no such package'),
    );
    expect(await end(before, 'operations/1')).toEqual({ service: before, refusal: 'no such package' });
    expect(polls()).toBe(3);
  });

  test('without an operation looks only at the service', async () => {
    const { end } = world(
      () => service(next),
      () => 'not asked',
    );
    expect((await end(before)).refusal).toBeUndefined();
  });

  test('goes on while the service is as it was, and ends at the deadline', async () => {
    const { wait } = world(() => before);
    await expect(wait(before)).rejects.toMatchObject({ code: 'deadline-exceeded' });
  });

  test('a service that is not there yet is awaited', async () => {
    const { wait } = world((nth) => (nth < 3 ? undefined : service({})));
    expect((await wait(undefined)).latestCreatedRevision).toBe('ocr-1');
  });
});
