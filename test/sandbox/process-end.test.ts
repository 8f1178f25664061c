import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { ProcessInstance, preload } from '../../sandbox/revisions/process.ts';

/** A function's process never outlives the sandbox: nothing else would end it. Here it ignores SIGTERM, so that its end takes a second. */
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bs-process-end-'));
  writeFileSync(
    join(folder, 'stubborn.cjs'),
    "process.on('SIGTERM', () => {}); require('node:http').createServer((_, r) => r.end('ok')).listen(process.env.PORT);",
  );
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const open = () =>
  new ProcessInstance({
    folder,
    argv: () => [...preload, 'stubborn.cjs'],
    env: { PATH: process.env.PATH ?? '' },
    onLine: () => {},
    maxRequests: 1,
    startTimeoutMs: 60_000,
  });
const never = new AbortController().signal;
const alive = (pid: number) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

test('everyone who stops it waits until the process is gone', async () => {
  const instance = open();
  await instance.start(never);
  const pid = instance.pid as number;
  expect(alive(pid)).toBe(true);
  const first = instance.stop();
  await instance.stop();
  expect(alive(pid)).toBe(false);
  await first;
  await instance.start(never);
  expect(alive(instance.pid as number)).toBe(true);
  await instance.retire();
});

test('after it has been retired nothing starts it, not even a start that was under way', async () => {
  const instance = open();
  await instance.start(never);
  const pid = instance.pid as number;
  const stopping = instance.stop();
  const starting = instance.start(never).catch((error: Error) => error.message);
  await instance.retire();
  expect(await starting).toMatch(/revision is gone/);
  await expect(instance.start(never)).rejects.toThrow(/revision is gone/);
  expect({ old: alive(pid), running: instance.running }).toEqual({ old: false, running: false });
  await stopping;
});
