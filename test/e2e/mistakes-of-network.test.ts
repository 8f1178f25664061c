import { createServer } from 'node:net';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, expect, jest, test } from '@jest/globals';
import { type Mistake, mistakes } from '../domain/causes/mistakes.ts';
import { answers, DeployWorld, reportOf } from '../support/deploy-world.ts';
import type { ActionRun } from '../support/run-action.ts';

/**
 * The mistakes of a runner's network: a name that no server knows, a firewall, and a clock that is wrong. A real process meets each of
 * them on a real socket. test/domain/causes rates the sentences of the same table.
 */

jest.setTimeout(300_000);

const hasten = pathToFileURL(join(import.meta.dirname, '../support/hasten.mjs')).href;

let world: DeployWorld;
afterEach(() => world.stop());

const files = { 'index.js': 'exports.ocr = () => {};', 'package.json': '{}', 'sandbox.json': answers('new') };

const mistake = (name: string): Mistake => {
  const found = mistakes.find((one) => one.name === name);
  if (!found) throw new Error(`the table has no mistake ${name}`);
  return found;
};

async function deployed(env: Record<string, string>): Promise<ActionRun> {
  const inputs = { source_dir: world.source(files), runtime: 'nodejs24', preflight: 'warn' };
  // A read is repeated for a minute. Nobody has to wait for it.
  const NODE_OPTIONS = `--import=${hasten}`;
  return world.deploy(inputs, { env: { NODE_OPTIONS, HASTE: '6', ...env }, timeoutMs: 200_000 });
}

/** What the run says: the cause and the repair of the table, in the report, the annotation and the summary, and nothing was changed. */
function explained(run: ActionRun, name: string): void {
  const [error] = reportOf(run).errors;
  const { cause, repair } = mistake(name);
  expect(run.code).toBe(1);
  expect(error?.why).toMatch(cause);
  expect([error?.fix, ...(error?.commands ?? [])].join('\n')).toMatch(repair);
  for (const command of error?.commands ?? []) {
    expect(run.summary).toContain(command);
    expect(run.log).toContain(command);
  }
  expect(world.writes()).toEqual([]);
}

const functionsAt = (origin: string) => ({ GHA_ENDPOINT_OVERRIDE_cloudfunctions: `${origin}/v2` });

test('DNS of a self-hosted runner', async () => {
  world = await DeployWorld.start();
  // No server answers for a name below .invalid (RFC 6761).
  explained(
    await deployed(functionsAt('https://cloudfunctions.acme.invalid')),
    'DNS of a self-hosted runner',
  );
});

/** An address of this machine that is not the loopback, and a port on which nothing listens. */
async function closedPort(): Promise<string | undefined> {
  const address = Object.values(networkInterfaces())
    .flatMap((list) => list ?? [])
    .find(({ internal, family }) => !internal && family === 'IPv4')?.address;
  if (address === undefined) return undefined;
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, address, done));
  const bound = server.address();
  await new Promise((done) => server.close(done));
  return typeof bound === 'object' && bound !== null ? `${address}:${bound.port}` : undefined;
}

test('firewall', async () => {
  world = await DeployWorld.start();
  const port = await closedPort();
  if (port === undefined) {
    console.log('skipped: this machine has no network but the loopback');
    return;
  }
  explained(await deployed(functionsAt(`https://${port}`)), 'firewall');
});

test('clock of the runner', async () => {
  world = await DeployWorld.start({ proxy: { certificatesFrom: Date.now() + 86_400_000 } });
  explained(await deployed({}), 'clock of the runner');
});
