import { objectOf, textOf, textOrEmpty } from '../../../data/json.ts';
import { shortName } from '../../../data/resource-name.ts';
import { shellWord } from '../../../exposure/commands.ts';
import type { Unread } from '../../../exposure/facts.ts';
import { secretPlace, updateService } from '../../commands.ts';
import type { PostureFacts, SecretFact } from '../../facts.ts';
import {
  type Hole,
  type Judged,
  notApplicable,
  type Protection,
  unlessUnread,
  unread,
  withHoles,
} from '../../row.ts';
import { withoutService } from './generation.ts';

const day = 86_400_000;
/** A payload older than this has probably never been changed. */
const oldDays = 365;

function holesOf({ name, uses, secret, versions }: SecretFact, facts: PostureFacts): Hole[] {
  const { exposure, now } = facts;
  const short = shortName(name);
  const holes: Hole[] = [];
  const listed = versions.ok ? versions.value : [];
  const number = (version: { name?: unknown }) => shortName(textOrEmpty(version.name));
  const newest = listed
    .filter(({ state }) => state === 'ENABLED')
    .sort((a, b) => Number(number(b)) - Number(number(a)))[0];
  const aliases = secret.ok ? objectOf(secret.value.versionAliases) : {};
  for (const { at, kind, version } of uses) {
    const newestNumber = newest ? number(newest) : '1';
    if (version === 'latest' && kind === 'variable')
      holes.push({
        about: ['latest', name, at],
        text: `${at} follows the latest version of ${short}: after a rotation old and new instances disagree, and a rollback of the code takes no secret back.`,
        severity: 'medium',
        fix: 'Name the version:',
        commands: [
          updateService(exposure.target, `--update-secrets=${shellWord(`${at}=${short}:${newestNumber}`)}`),
        ],
        call: facts.service?.call,
      });
    const asked =
      version === 'latest'
        ? listed.map(number).sort((a, b) => Number(b) - Number(a))[0]
        : String(aliases[version] ?? version);
    const used = listed.find((one) => number(one) === asked);
    if (versions.ok && asked !== undefined && (used === undefined || used.state !== 'ENABLED')) {
      const state =
        used === undefined ? 'which does not exist' : `which is ${textOrEmpty(used.state).toLowerCase()}`;
      holes.push({
        about: ['dead', name, at],
        text: `${at} reads version ${asked} of ${short}, ${state}: the next instance cannot start.`,
        severity: 'high',
        fix:
          used?.state === 'DISABLED'
            ? 'Enable it again, or name another one:'
            : 'Name a version that is enabled:',
        commands:
          used?.state === 'DISABLED'
            ? [`gcloud secrets versions enable ${shellWord(asked)} --secret=${secretPlace(name)}`]
            : newest && kind === 'variable'
              ? [
                  updateService(
                    exposure.target,
                    `--update-secrets=${shellWord(`${at}=${short}:${newestNumber}`)}`,
                  ),
                ]
              : undefined,
        call: versions.call,
      });
    }
  }
  if (secret.ok) {
    const rotation = objectOf(secret.value.rotation);
    const next = Date.parse(textOf(rotation.nextRotationTime) ?? '');
    const made = Date.parse(textOrEmpty(newest?.createTime));
    const age = Number.isNaN(made) ? undefined : Math.floor((now - made) / day);
    if (!Number.isNaN(next) && next < now - day)
      holes.push({
        about: ['overdue', name],
        text: `The rotation of ${short} was due on ${new Date(next).toISOString().slice(0, 10)} and did not happen.`,
        severity: 'medium',
        fix: 'Add a version, release with it, and disable the old one. See who listens to the topic of the secret.',
        call: secret.call,
      });
    else if (Number.isNaN(next) && age !== undefined && age > oldDays)
      holes.push({
        about: ['old', name],
        text: `${short} has not changed for ${age} days, and no rotation is planned.`,
        severity: 'low',
        fix: 'Add a version, release with it, and disable the old one. A planned rotation needs a topic, which tells whoever adds the version.',
        call: versions.call,
      });
    if (textOf(secret.value.versionDestroyTtl) === undefined)
      holes.push({
        about: ['destroy', name],
        text: `A destroyed version of ${short} is gone at once, also by mistake.`,
        severity: 'info',
        fix: 'Give it a delay:',
        commands: [`gcloud secrets update ${secretPlace(name)} --version-destroy-ttl=7d`],
        call: secret.call,
      });
    const expires = Date.parse(textOf(secret.value.expireTime) ?? '');
    if (!Number.isNaN(expires))
      holes.push({
        about: ['expires', name],
        text: `${short} deletes itself on ${new Date(expires).toISOString().slice(0, 10)}: from then on no instance starts.`,
        severity: expires < now + 30 * day ? 'high' : 'medium',
        fix: 'Remove the date:',
        commands: [`gcloud secrets update ${secretPlace(name)} --remove-expiration`],
        call: secret.call,
      });
  }
  const inUse = new Set(uses.map(({ version }) => String(aliases[version] ?? version)));
  const spare = listed.filter((one) => one.state === 'ENABLED' && one !== newest && !inUse.has(number(one)));
  if (spare.length > 0)
    holes.push({
      about: ['spare', name],
      text: `${spare.length} older ${spare.length === 1 ? 'version' : 'versions'} of ${short} can still be read.`,
      severity: 'low',
      fix: 'Disable what no release can go back to:',
      commands: [
        `gcloud secrets versions disable ${shellWord(number(spare[0] ?? {}))} --secret=${secretPlace(name)}`,
      ],
      call: versions.call,
    });
  return holes;
}

function judge(facts: PostureFacts): Judged {
  const { secrets, service } = facts;
  if (!service) return withoutService(facts);
  if (!service.ok) return unread('The service was', service);
  const [first] = secrets;
  if (first === undefined)
    return notApplicable('The service reads no secret of Secret Manager.', service.call);
  const failed = secrets.flatMap(({ secret, versions }): Unread[] =>
    [secret, versions].flatMap((one) => (one.ok ? [] : [one])),
  );
  const holes = secrets.flatMap((one) => holesOf(one, facts));
  // A delay before a destroyed version is gone is advice: without it the secret is as well protected.
  const serious = holes.filter(({ severity }) => severity !== 'info');
  const saw = `${secrets.map(({ name }) => shortName(name)).join(', ')}: ${serious.length === 0 ? 'every version is named and enabled' : `${serious.length} ${serious.length === 1 ? 'thing' : 'things'} to mend`}.`;
  const judged = withHoles(saw, first.versions.call, serious);
  return unlessUnread({ ...judged, holes: serious.length > 0 ? holes : [] }, 'A secret was', failed);
}

export const secretLifeCycle: Protection = {
  id: 'posture-secret-life-cycle',
  title: 'Secret Manager life cycle',
  judge,
};
