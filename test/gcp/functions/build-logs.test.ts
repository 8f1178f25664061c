import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { writeBuildLine } from '../../../sandbox/run/container-log.ts';
import { createBuildLogs } from '../../../src/gcp/functions/build-logs.ts';
import { endpoints } from '../../../src/http/endpoints.ts';
import { createRest } from '../../../src/http/rest.ts';
import { closeConnections } from '../../../src/http/send.ts';
import type { BuildLogs } from '../../../src/steps/ports/build-logs.ts';
import { type Client, openSandbox } from '../../sandbox/support/client.ts';

let client: Client;
let logs: BuildLogs;
const slept: number[] = [];
beforeAll(async () => {
  client = await openSandbox({ logLagMs: 0 });
  const token = await client.accessToken();
  const clock = {
    now: () => Date.now(),
    steady: () => Date.now(),
    sleep: async (milliseconds: number) => {
      slept.push(milliseconds);
      // Entries written in the meantime become readable.
      writeBuildLine(client.sandbox.world, 'late', 'the last line came late');
    },
  };
  const log = { line: () => {}, warning: () => {}, detail: () => {}, debug: () => {} };
  const rest = createRest({
    endpoints: endpoints(client.sandbox.env),
    clock,
    log,
    accessToken: async () => token,
    redact: (text) => text,
    userAgent: 'test',
  });
  logs = createBuildLogs(rest, clock);
});
afterAll(async () => {
  closeConnections();
  await client.sandbox.stop();
});

const tail = (build: string, lines = 40) => logs.tail(client.sandbox.project, 'us-central1', build, lines);

test('returns the last lines of this build, in order, and of no other', async () => {
  for (let index = 1; index <= 9; index++) writeBuildLine(client.sandbox.world, 'b1', `line ${index}`);
  writeBuildLine(client.sandbox.world, 'b2', 'of another build');
  expect(await tail('b1', 3)).toEqual({ lines: ['line 7', 'line 8', 'line 9'] });
  expect(slept).toEqual([]);
});

test('waits for a late log, but not for ever', async () => {
  expect(await tail('late')).toEqual({ lines: ['the last line came late'] });
  slept.length = 0;
  expect((await tail('never')).unreadable).toContain('still empty');
  expect(slept.reduce((sum, each) => sum + each, 0)).toBeLessThan(10_000);
});

test('a missing permission is reported and is not an error', async () => {
  await client.control('POST', '/faults', {
    api: 'logging',
    method: 'POST',
    path: 'entries:list',
    times: 1,
    fault: { status: 403 },
  });
  expect(await tail('b1')).toEqual({
    lines: [],
    unreadable: 'the permission logging.logEntries.list is missing.',
  });
});

test('an invalid name of a build causes no request', async () => {
  const before = client.sandbox.world.requests.length;
  expect((await tail('x" OR true')).lines).toEqual([]);
  expect(client.sandbox.world.requests.length).toBe(before);
});
