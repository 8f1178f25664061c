import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { type Sandbox, startSandbox } from '../../../sandbox/index.ts';
import { planLines, totalsText } from '../../../src/domain/setup/text.ts';
import { emptyProject } from '../../support/empty-project.ts';
import { setupWorld, writesOf } from '../../support/setup-world.ts';

let sandbox: Sandbox;
beforeEach(async () => {
  sandbox = await startSandbox();
  await emptyProject(sandbox);
});
afterEach(() => sandbox.stop());

test('an empty project is set up, and the second time nothing is written', async () => {
  const world = await setupWorld(sandbox);
  const first = await world.run();
  console.log(planLines(first.plan).join('\n'), totalsText(first.plan));
  console.log(planLines(first.left ?? []).join('\n'), totalsText(first.left ?? []));
  const count = (await writesOf(sandbox)).length;
  const again = await world.run();
  expect((await writesOf(sandbox)).slice(count)).toEqual([]);
  expect(again.written).toBe(0);
});
