import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { foreignTool } from '../../support/find-program.ts';
import { describeWith } from '../../support/foreign-tool.ts';
import { install } from './act.ts';
import { leaks, stepOf } from './judge.ts';
import * as repository from './repository.ts';
import { dockerStandIn, hasPython, npmStandIn, pythonPackages } from './stand-ins.ts';
import { ActWorld } from './world.ts';

/**
 * The two examples in Python under act, from checkout to post step. Tesseract is real. `npm pack` takes the language data from this
 * clone, and a real crane pushes what the Dockerfile copies, because there are no containers here.
 */

// pip needs seconds for the packages the first time.
jest.setTimeout(300_000);

const workflow = (name: string) =>
  readFileSync(join(import.meta.dirname, '../../../examples/workflows', name), 'utf8');
const crane = foreignTool('crane');
const unreachable = /Could not find a version|Failed to establish|name resolution/;

describeWith('act', install, 'the examples in Python under act', (act) => {
  let world: ActWorld;
  beforeAll(async () => {
    world = await ActWorld.start(act);
  });
  afterAll(async () => {
    const seen = await world.control('GET', '/reachability');
    await world.stop();
    expect(seen).toMatchObject({ everReachable: false });
  });

  const skipped = (name: string, why: string) => console.warn(`Skipped: ${name} under act. ${why}`);

  test('release-python.yml releases the function', async () => {
    if (!hasPython()) return skipped('release-python.yml', 'There is no python3 with venv.');
    const folder = world.repository('python');
    repository.pythonExample('ocr-python', `${folder}/functions/ocr`);
    repository.shortSuite(`${folder}/tests`);
    repository.commit(folder);
    const path = npmStandIn(join(world.folder, 'npm'));
    const ran = await world.run(workflow('release-python.yml'), folder, 'push', { path });
    if (unreachable.test(ran.log)) return skipped('release-python.yml', 'PyPI cannot be reached.');
    expect([ran.code, ran.code === 0 ? '' : ran.log]).toEqual([0, '']);
    expect(stepOf(ran, 'release').outputs).toMatchObject({ verdict: 'pass', outcome: 'promoted' });
    expect(leaks(ran)).toEqual([]);
    return undefined;
  });

  test('release-container.yml builds, pushes and releases the image by its digest', async () => {
    const packages = pythonPackages();
    if (!packages) return skipped('release-container.yml', 'The packages of the function are not here.');
    if (!crane) return skipped('release-container.yml', 'crane is missing.');
    const folder = world.repository('container');
    repository.pythonExample('ocr-python', `${folder}/ocr-python`);
    repository.pythonExample('ocr-container', `${folder}/ocr-container`);
    repository.shortSuite(`${folder}/tests`);
    repository.commit(folder);
    const tools = npmStandIn(join(world.folder, 'tools'));
    const path = dockerStandIn(tools, crane, packages);
    const ran = await world.run(workflow('release-container.yml'), folder, 'push', { path });
    expect([ran.code, ran.code === 0 ? '' : ran.log]).toEqual([0, '']);
    const { outputs } = stepOf(ran, 'release');
    expect(outputs).toMatchObject({ verdict: 'pass', outcome: 'promoted' });
    const { reference = '' } = stepOf(ran, 'image').outputs;
    expect(reference).toMatch(/\/containers\/ocr@sha256:[0-9a-f]{64}$/);
    expect(JSON.stringify(world.report('release'))).toContain(reference.split('@')[1]);
    expect(leaks(ran)).toEqual([]);
    return undefined;
  });
});
