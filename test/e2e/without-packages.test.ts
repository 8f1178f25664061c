import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { answers, DeployWorld } from '../support/deploy-world.ts';

/** The bundle in a folder of its own, with no `node_modules` above it, as a runner downloads it. */

const root = join(import.meta.dirname, '..', '..');
const built = process.env.BACKSTAY_BUILT;
const folder = mkdtempSync(join(tmpdir(), 'bs-alone-'));
let world: DeployWorld;

beforeAll(async () => {
  for (const name of ['actions', 'dist'])
    cpSync(join(built || root, name), join(folder, name), { recursive: true });
  process.env.BACKSTAY_BUILT = folder;
  world = await DeployWorld.start();
});
afterAll(async () => {
  await world.stop();
  if (built === undefined) delete process.env.BACKSTAY_BUILT;
  else process.env.BACKSTAY_BUILT = built;
  rmSync(folder, { recursive: true, force: true });
});

test('the client of the Functions API creates and updates without the packages that the bundle leaves out', async () => {
  const files = { 'index.js': 'exports.ocr = () => {};', 'package.json': '{}' };
  const source_dir = world.source({ ...files, 'sandbox.json': answers('one') });
  const made = await world.deploy({ source_dir, runtime: 'nodejs24' });
  expect(made.log).toContain('Passed: Created ocr');
  const changed = await world.deploy({ source_dir, runtime: 'nodejs24', max_instance_count: '4' });
  expect([changed.code, changed.outputs.revision === made.outputs.revision]).toEqual([0, false]);
});

test('a refusal of the Functions API is explained without them', async () => {
  const refused = await world.deploy({ source_dir: world.source({ 'index.js': '' }), runtime: 'nodejs1' });
  expect(refused.code).toBe(1);
  expect(refused.log).not.toMatch(/Cannot find (module|package)/);
});
