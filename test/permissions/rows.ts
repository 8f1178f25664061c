import type { PermissionCheck } from '../../src/domain/preflight/permissions.ts';
import { isNeededBy, permissionChecks } from '../../src/domain/preflight/permissions.ts';
import { extras } from '../../src/domain/setup/extras.ts';
import { postureRole } from '../../src/domain/setup/roles.ts';
import { rights } from '../../src/domain/setup/wish.ts';
import { endOf, type Lack, without } from './lack.ts';
import type { Story } from './stories.ts';
import { type Given, givenBy } from './take.ts';
import { newService, type PermissionWorld, type Tried } from './world.ts';

/** A story as it ends with everything that `init` gives. */
export interface Played {
  story: Story;
  tried: Tried;
}

/** Google runs the tasks of a pipeline, and the sandbox none. What the posture reads has a test of its own. */
const isPlayedElsewhere = ({ role, members }: Given): boolean =>
  members.every((member) => /-pipeline@/.test(member)) || role.endsWith(`/${postureRole.id}`);

const beyondRoles = new Set(
  rights
    .filter((right) => right !== 'close')
    .flatMap((right) => (extras[right].roles ?? []).map(({ id }) => id)),
);

/** Is it about a right that has to be asked for? CI takes a sample of the others. */
export const isBeyond = ({ role, members, resource = '' }: Given): boolean =>
  /-(drill|pipeline)@/.test(resource) ||
  beyondRoles.has(role.split('/').at(-1) ?? '') ||
  members.every((member) => /-drill@/.test(member));

/** Everything that `init` gave for the service that exists. The other one has the same. */
export const rowsOf = (world: PermissionWorld): Given[] =>
  givenBy(world).filter(
    (given) =>
      !given.resource?.includes(newService) &&
      !given.members.every((member) => member.includes(newService)) &&
      !isPlayedElsewhere(given),
  );

export const labelOf = ({ permissions, role, resource }: Given): string =>
  resource === undefined ? `${permissions[0]} of ${role.split('/').at(-1)}` : `${role} on ${resource}`;

/** Only in the report: an identity can do without it, or something else stops the run and prints its own repair. */
const isNote = ({ permissions, resource }: Given): boolean =>
  resource === undefined &&
  (permissionChecks as readonly PermissionCheck[])
    .filter(({ permission }) => permission === permissions[0])
    .every(({ weight }) => weight === 'note');

const checksOf = ({ permissions }: Given): PermissionCheck[] =>
  (permissionChecks as readonly PermissionCheck[]).filter(({ permission }) => permission === permissions[0]);

const isForKind = ({ cloud }: PermissionWorld, given: Given): boolean =>
  checksOf(given).some(({ of }) => isNeededBy(of, cloud.driver));

/** The role of the reader is one for all kinds, so it has permissions that only other kinds need. */
const isNeededHere = (world: PermissionWorld, given: Given): boolean =>
  given.resource !== undefined || isForKind(world, given);

/** Only deployments of another kind need it. Of what an action needs beyond a release, every kind needs the same. */
export const isForOtherKinds = (world: PermissionWorld, given: Given): boolean =>
  given.resource === undefined && checksOf(given).length > 0 && !isForKind(world, given);

/** A grant on an account or a bucket is used for that one alone, and what a project has for everything in it. */
const isOn = (resource: string | undefined, asked: string) =>
  !/\/(serviceAccounts|buckets)\//.test(resource ?? '') || resource === asked;

export const uses = ({ permissions, members, resource }: Given, { asked }: Tried): boolean =>
  asked.some(
    ({ member, permission, resource: on }) =>
      permissions.includes(permission) &&
      isOn(resource, on) &&
      members.some((one) => one === member || (/^principalSet:/.test(one) && /^principal:/.test(member))),
  );

/** What is wrong with a row: a text for each story. `stories` says which of those that use it are played. `began` hears of each. */
export async function problemsOf(
  world: PermissionWorld,
  given: Given,
  played: readonly Played[],
  stories: 'all' | 'until one speaks',
  began: (story: Story) => void = () => {},
): Promise<{ problems: string[]; runs: number }> {
  const problems: string[] = [];
  let spoken = false;
  let runs = 0;
  for (const { story, tried } of played.filter((each) => uses(given, each.tried))) {
    runs++;
    began(story);
    let lack: Lack;
    try {
      lack = await without(world, story, given);
    } catch (error) {
      problems.push(`${story.action}: ${story.what}: ${String(error)}`);
      continue;
    }
    const changed = lack.ended !== endOf(tried);
    const repaired =
      lack.repaired === undefined ? isNote(given) || !changed : lack.repaired === endOf(tried) && !lack.still;
    // A story that can do without it may stay silent, but one of them has to speak.
    if ((changed && !lack.named) || !repaired) problems.push(JSON.stringify(lack));
    spoken ||= lack.named;
    if (spoken && stories === 'until one speaks') break;
  }
  if (!spoken && isNeededHere(world, given)) problems.push('No story names it.');
  return { problems, runs };
}
