import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { worldDrivers } from '../support/world-driver.ts';
import { isForOtherKinds, labelOf, type Played, problemsOf, rowsOf, uses } from './rows.ts';
import { storiesOf } from './stories.ts';
import { PermissionWorld } from './world.ts';

/**
 * Everything that `init` gives is needed: without any one permission or grant, a story ends otherwise or warns, names it with its
 * resource, and the printed commands repair it. It takes long, so jest does not find it by its name, and only
 * `npm run peers -- permissions` plays it. `--driver=NAME` and `--only=PATTERN` of it play some of the rows again, `--stories=PATTERN` with
 * some of the stories. `--part=2/6` plays every sixth row, from the second on: the six parts together are the whole.
 */

jest.setTimeout(14_400_000);

const {
  PERMISSIONS_DRIVER: wanted = '',
  PERMISSIONS_ONLY: only = '',
  PERMISSIONS_STORIES: told = '',
  PERMISSIONS_PART: part = '1/1',
} = process.env;
const drivers = worldDrivers.filter((driver) => wanted === '' || wanted.split(',').includes(driver));
const pattern = new RegExp(only);
const chosen = new RegExp(told);
const [first = 1, parts = 1] = part.split('/').map(Number);

/** Jest shows what a test prints only at its end. */
const say = (line: string) => process.stderr.write(`${line}\n`);
const seconds = (since: number) => Math.round((performance.now() - since) / 1000);

describe.each(drivers)('what init gives for %s', (driver) => {
  let world: PermissionWorld;
  const played: Played[] = [];
  beforeAll(async () => {
    world = await PermissionWorld.open(driver);
    for (const story of storiesOf(driver).filter(({ action, what }) => chosen.test(`${action}: ${what}`))) {
      await story.prepare?.(world);
      played.push({ story, tried: await story.run(world) });
    }
    await world.init();
    say(`${driver}: ${played.length} stories with everything`);
  });
  afterAll(() => world.close());

  (told === '' ? test : test.skip)('is needed by some story', () => {
    // The reader and a rollback have one role for every kind, so some of it is for the other kinds.
    const idle = rowsOf(world).filter(
      (one) => !isForOtherKinds(world, one) && !played.some(({ tried }) => uses(one, tried)),
    );
    expect(idle.map(labelOf)).toEqual([]);
  });

  test('is named where it is missing, and the printed commands repair it', async () => {
    const rows = rowsOf(world)
      .filter((one) => pattern.test(labelOf(one)))
      .filter((_, index) => index % parts === first - 1);
    // A pattern or a part that fits no row would pass without a proof.
    expect(rows.length).toBeGreaterThan(0);
    const wrong: [string, ...string[]][] = [];
    const began = performance.now();
    let all = 0;
    for (const [index, row] of rows.entries()) {
      // A row of many stories takes minutes on a busy machine. So a story that hangs has its name in the last line.
      const { problems, runs } = await problemsOf(world, row, played, 'all', ({ action, what }) =>
        say(`  ${seconds(began)} s ${labelOf(row)}: ${action}: ${what}`),
      );
      all += runs;
      if (problems.length > 0) wrong.push([labelOf(row), ...problems]);
      say(
        `${driver} ${index + 1}/${rows.length} ${problems.length > 0 ? 'RED' : 'ok'} ${labelOf(row)}, ${runs} stories`,
      );
      for (const problem of problems) say(`  ${problem}`);
    }
    say(
      `${driver}: ${rows.length} rows, ${all} stories without something, ${wrong.length} red, ${seconds(began)} s`,
    );
    expect(wrong).toEqual([]);
  });
});
