import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { inputsOf } from '../../src/inputs/table.ts';
import { worldDrivers } from '../support/world-driver.ts';
import { stories, storiesOf } from './stories.ts';
import { actions, PermissionWorld } from './world.ts';

jest.setTimeout(280_000);

/** `init` on an empty project, and then every action that logs in: what `init` made is enough. */
describe.each(worldDrivers)('with exactly what init makes for %s', (driver) => {
  let world: PermissionWorld;
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
    },
  );
});

test('every action that logs in has a story', () => {
  const told = new Set(stories.map(({ action }) => action));
  expect(Object.keys(actions).filter((action) => !told.has(action as 'auth'))).toEqual([]);
  expect(told).toContain('candidate');
  // The check reads files alone.
  expect(inputsOf('check')).not.toContain('service_account');
});
