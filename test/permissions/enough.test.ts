import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { inputsOf } from '../../src/inputs/table.ts';
import { seeded } from '../support/fake-source.ts';
import { worldDrivers } from '../support/world-driver.ts';
import { isBeyond, labelOf, type Played, problemsOf, rowsOf } from './rows.ts';
import { stories, storiesOf } from './stories.ts';
import { actions, PermissionWorld } from './world.ts';

jest.setTimeout(300_000);

/** Rows of each driver that are taken away here. `npm run peers -- permissions` takes away every one. */
const sampled = 4;
/** Another sample every day, so that in time all of them are played. PERMISSIONS_SEED repeats one. */
const seed = Number(process.env.PERMISSIONS_SEED ?? Math.floor(Date.now() / 86_400_000));

/** `init` on an empty project, and then every action that logs in: what `init` made is enough, and nothing of it too much. */
describe.each(worldDrivers)('with exactly what init makes for %s', (driver) => {
  let world: PermissionWorld;
  const played: Played[] = [];
  beforeAll(async () => {
    world = await PermissionWorld.open(driver);
  });
  afterAll(() => world.close());

  test.each(storiesOf(driver).map((story) => [`${story.action}: ${story.what}`, story] as const))(
    '%s',
    async (_, story) => {
      await story.prepare?.(world);
      const ran = await story.run(world);
      const { exitCode, outcome } = story.ends ?? { exitCode: 0 as const };
      expect([ran.exitCode, ran.exitCode === exitCode ? '' : JSON.stringify(ran.report)]).toEqual([
        exitCode,
        '',
      ]);
      if (story.ends) expect(ran.report.outcome).toBe(outcome);
      played.push({ story, tried: ran });
    },
  );

  test(`a sample of it is named where it is missing, and the printed commands repair it (PERMISSIONS_SEED=${seed})`, async () => {
    await world.init();
    const random = seeded(seed);
    const left = rowsOf(world).filter((one) => !isBeyond(one));
    const wrong: [string, ...string[]][] = [];
    for (let n = 0; n < sampled; n++) {
      const [row] = left.splice(Math.floor(random() * left.length), 1);
      if (row === undefined) break;
      const { problems } = await problemsOf(world, row, played, 'until one speaks');
      if (problems.length > 0) wrong.push([labelOf(row), ...problems]);
    }
    expect(wrong).toEqual([]);
  });
});

test('every action that logs in has a story', () => {
  const told = new Set(stories.map(({ action }) => action));
  expect(Object.keys(actions).filter((action) => !told.has(action as 'auth'))).toEqual([]);
  expect(told).toContain('candidate');
  // The check reads files alone.
  expect(inputsOf('check')).not.toContain('service_account');
});
