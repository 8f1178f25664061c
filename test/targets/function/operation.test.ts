import { describe, expect, test } from '@jest/globals';
import { ReleaseError } from '../../../src/domain/errors/errors.ts';
import type { FunctionOperation, FunctionStage } from '../../../src/steps/ports/functions.ts';
import { awaitOperation } from '../../../src/targets/function/operation.ts';
import type { FunctionPorts } from '../../../src/targets/function/world.ts';

const stage = (name: string, state: string): FunctionStage => ({
  name,
  state,
  message: '',
  resource: undefined,
  resourceUri: name === 'BUILD' ? 'https://console.example/build' : undefined,
  messages: [],
});
const operation = (done: boolean, stages: FunctionStage[] = []): FunctionOperation => ({
  name: 'projects/p/locations/l/operations/o',
  done,
  target: undefined,
  buildName: undefined,
  createTime: undefined,
  stages,
  request: undefined,
  error: undefined,
});

/** A world whose clock moves only by sleeping. `look` answers each poll by its time in milliseconds. */
function worldOf(look: (at: number) => FunctionOperation) {
  let now = 0;
  const looks: number[] = [];
  const lines: string[] = [];
  const ports = {
    clock: {
      now: () => now,
      steady: () => now,
      sleep: async (milliseconds: number, signal?: AbortSignal) => {
        signal?.throwIfAborted();
        now += milliseconds;
      },
    },
    log: { line: (text: string) => lines.push(text), warning: () => {}, detail: () => {}, debug: () => {} },
    functions: {
      operation: async () => {
        looks.push(now);
        return look(now);
      },
    },
  } as unknown as FunctionPorts;
  return { ports, looks, lines };
}

describe('waiting for an operation', () => {
  test('polls after half a second, then less and less often, and at least every five seconds', async () => {
    const { ports, looks } = worldOf((at) => operation(at > 120_000));
    await awaitOperation(ports, operation(false), 1e9);
    const gaps = looks.map((at, index) => at - (looks[index - 1] ?? 0));
    expect(gaps[0]).toBe(500);
    for (const [index, gap] of gaps.entries()) {
      expect(gap).toBeGreaterThanOrEqual(gaps[index - 1] ?? 0);
      expect(gap).toBeLessThanOrEqual(5000);
    }
    expect(looks.length).toBeLessThan(40);
  });

  test('does not poll an operation that has ended', async () => {
    const { ports, looks } = worldOf(() => operation(false));
    expect((await awaitOperation(ports, operation(true), 1e9)).done).toBe(true);
    expect(looks).toEqual([]);
  });

  test('logs every change, one heartbeat a minute, and the link to the build once', async () => {
    const { ports, lines } = worldOf((at) =>
      operation(at > 200_000, [
        stage('BUILD', at > 100_000 ? 'COMPLETE' : 'IN_PROGRESS'),
        stage('SERVICE', at > 100_000 ? 'IN_PROGRESS' : 'NOT_STARTED'),
      ]),
    );
    await awaitOperation(ports, operation(false), 1e9);
    expect(lines.filter((line) => line.startsWith('Build: '))).toHaveLength(1);
    expect(lines.filter((line) => line.startsWith('Cloud Functions: '))).toHaveLength(2);
    expect(lines.filter((line) => line.startsWith('Still waiting: ')).length).toBe(2);
  });

  test('temporary errors change nothing, and the deadline still holds', async () => {
    const passing = [
      new ReleaseError('network-failed', { what: 'reset' }),
      new ReleaseError('response-malformed', { what: 'html' }),
      Object.assign(new ReleaseError('remote-error', { what: '503' }), { status: 503 }),
      Object.assign(new ReleaseError('remote-error', { what: '429' }), { status: 429 }),
    ];
    let index = 0;
    const ended = worldOf(() => {
      const error = passing[index++];
      if (error) throw error;
      return operation(true);
    });
    expect((await awaitOperation(ended.ports, operation(false), 1e9)).done).toBe(true);

    const never = worldOf(() => {
      throw new ReleaseError('network-failed', { what: 'reset' });
    });
    await expect(awaitOperation(never.ports, operation(false), 30_000)).rejects.toMatchObject({
      code: 'deadline-exceeded',
    });
    expect(never.looks.at(-1)).toBe(30_000);
  });

  test.each([
    Object.assign(new ReleaseError('remote-error', { what: '400' }), { status: 400 }),
    Object.assign(new ReleaseError('permission-denied', { what: '403' }), { status: 403 }),
    new ReleaseError('not-found', { what: '404' }),
  ])('a permanent error ends the wait: $what', async (error) => {
    const { ports } = worldOf(() => {
      throw error;
    });
    await expect(awaitOperation(ports, operation(false), 1e9)).rejects.toBe(error);
  });

  test('an abort ends it at once', async () => {
    const abort = new AbortController();
    const { ports } = worldOf(() => operation(false));
    abort.abort(new Error('stop'));
    await expect(awaitOperation(ports, operation(false), 1e9, abort.signal)).rejects.toThrow('stop');
  });
});
