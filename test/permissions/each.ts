import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { PermissionCheck } from '../../src/domain/preflight/permissions.ts';
import { permissionChecks } from '../../src/domain/preflight/permissions.ts';
import { worldDrivers } from '../support/world-driver.ts';
import { endOf, type Lack, without } from './lack.ts';
import { type Story, storiesOf } from './stories.ts';
import { type Given, givenBy } from './take.ts';
import { newService, PermissionWorld, type Tried } from './world.ts';

/**
 * Everything that `init` gives is needed: without any one permission or grant, a story ends otherwise or warns, names it with its
 * resource, and the printed commands repair it. It takes minutes, so jest does not find it by its name, and only `npm run peers -- permissions` plays it.
 */

jest.setTimeout(3_600_000);

const labelOf = ({ permissions, role, resource }: Given): string =>
  resource === undefined ? `${permissions[0]} of ${role.split('/').at(-1)}` : `${role} on ${resource}`;

/** Only in the report: an identity can do without it, or something else stops the run and prints its own repair. */
const isNote = ({ permissions, resource }: Given): boolean =>
  resource === undefined &&
  (permissionChecks as readonly PermissionCheck[])
    .filter(({ permission }) => permission === permissions[0])
    .every(({ weight }) => weight === 'note');

const uses = ({ permissions, members }: Given, { asked }: Tried): boolean =>
  asked.some(
    ({ member, permission }) =>
      permissions.includes(permission) &&
      members.some((one) => one === member || (/^principalSet:/.test(one) && /^principal:/.test(member))),
  );

describe.each(worldDrivers)('what init gives for %s', (driver) => {
  let world: PermissionWorld;
  const played: { story: Story; tried: Tried }[] = [];
  beforeAll(async () => {
    world = await PermissionWorld.open(driver);
    for (const story of storiesOf(driver)) {
      await story.prepare?.(world);
      played.push({ story, tried: await story.run(world) });
    }
    await world.init();
  });
  afterAll(() => world.close());

  const given = () =>
    givenBy(world).filter(({ members }) => !members.every((member) => member.includes(newService)));

  test('is needed by some story', () => {
    const idle = given().filter((one) => !played.some(({ tried }) => uses(one, tried)));
    expect(idle.map(labelOf)).toEqual([]);
  });

  test('is named where it is missing, and the printed commands repair it', async () => {
    const wrong: [string, ...Lack[]][] = [];
    for (const one of given()) {
      const lacks: Lack[] = [];
      for (const { story, tried } of played.filter((each) => uses(one, each.tried))) {
        const lack = await without(world, story, one);
        lacks.push(lack);
        const changed = lack.ended !== endOf(tried);
        const repaired =
          lack.repaired === undefined
            ? isNote(one) || !changed
            : lack.repaired === endOf(tried) && !lack.still;
        // A story that can do without it may stay silent, but one of them has to speak.
        if ((changed && !lack.named) || !repaired) wrong.push([labelOf(one), lack]);
      }
      if (!lacks.some(({ named }) => named)) wrong.push([labelOf(one), ...lacks]);
    }
    expect(wrong).toEqual([]);
  });
});
