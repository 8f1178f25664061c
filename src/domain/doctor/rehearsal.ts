import { quoted } from '../data/shell.ts';
import type { Finding } from '../findings/finding.ts';
import { ofRule } from '../findings/of-rule.ts';
import { doctorRules } from '../findings/rules/doctor.ts';
import type { ImageAnswer } from '../image/image.ts';
import { spanText } from '../text/span.ts';
import type { Examined } from './check.ts';
import { type CleanupPolicy, fateOf, type StoredImage } from './cleanup.ts';

/** A revision as far as a rollback is concerned. */
export interface RehearsedRevision {
  name: string;
  ready: boolean;
  created: string;
  /** The image of its first container, with its digest if Cloud Run shows it. */
  image: string | undefined;
}

/** The repository that holds the image. `unread`: why it could not be read. */
export interface RehearsedRepository {
  project: string;
  location: string;
  repository: string;
  images?: readonly StoredImage[] | undefined;
  policies?: readonly CleanupPolicy[] | undefined;
  /** True if the policies are only tried and delete nothing. */
  dryRun?: boolean | undefined;
  unread?: string | undefined;
}

/** What a registry outside of Artifact Registry says about the image. `unread`: why it could not be asked. */
export type RehearsedElsewhere = { host: string } & ({ answer: ImageAnswer } | { unread: string });

/**
 * The revision that a rollback would go back to: the one that the record names, else the newest ready one that gets no requests.
 * @param serving the revisions with traffic
 */
export function wayBack(
  revisions: readonly RehearsedRevision[],
  serving: readonly string[],
  recorded: readonly (string | undefined)[],
): RehearsedRevision | undefined {
  const others = revisions.filter(({ name, ready }) => ready && !serving.includes(name));
  const named = recorded.find((name) => others.some((other) => other.name === name));
  if (named !== undefined) return others.find(({ name }) => name === named);
  return [...others].sort((a, b) => b.created.localeCompare(a.created))[0];
}

/** Judges a rollback before anybody needs one. `now` in milliseconds of the epoch. */
export function judgeRehearsal(
  target: RehearsedRevision | undefined,
  repository: RehearsedRepository | RehearsedElsewhere | undefined,
  serving: readonly string[],
  now: number,
): Examined {
  if (target === undefined) {
    const finding: Finding = {
      ...ofRule(doctorRules, 'doctor-no-way-back'),
      title: `No other revision than ${serving.join(', ') || 'the one that serves'} is ready, so a rollback has nowhere to go.`,
      fix: 'Release once more. The revision that serves now then becomes the way back.',
    };
    return { part: 'rollback', state: 'warn', text: finding.title, findings: [finding] };
  }
  const back = `A rollback would go to ${target.name}`;
  const unknown = (why: string): Examined => ({
    part: 'rollback',
    state: 'unknown',
    text: `${back}. ${why}`,
    findings: [],
  });
  const digest = /@(sha256:[0-9a-f]{64})$/.exec(target.image ?? '')?.[1];
  const [, short, tag] = /^[^/]+\/[^/]+\/[^/]+\/([^:@]+):([\w.-]+)$/.exec(target.image ?? '') ?? [];
  if (repository === undefined)
    return unknown('Cloud Run shows no image of it that could be looked up in a registry.');
  if ('host' in repository) return judgeElsewhere(target, repository, back);
  if (repository.unread !== undefined || repository.images === undefined)
    return unknown(`Its image could not be looked up: ${repository.unread ?? 'no answer'}`);
  if (digest === undefined && tag === undefined)
    return unknown('Cloud Run does not show the digest of its image.');
  const { location, project, repository: name } = repository;
  const place = `--location=${location} --project=${quoted(project)}`;
  const image = repository.images.find((one) =>
    digest === undefined ? one.name === short && one.tags.includes(tag ?? '') : one.digest === digest,
  );
  if (image === undefined) {
    const finding: Finding = {
      ...ofRule(doctorRules, 'doctor-image-gone'),
      title: `${target.image} is no longer in the repository ${name}, and ${target.name} needs it.`,
      fix: 'Release the code of that revision again, so that there is a way back. These images are left:',
      commands: [
        `gcloud artifacts docker images list ${location}-docker.pkg.dev/${project}/${name} --project=${quoted(project)}`,
      ],
    };
    return { part: 'rollback', state: 'bad', text: finding.title, findings: [finding] };
  }
  if (repository.policies === undefined)
    return unknown('Its image is there. The clean-up policies could not be read.');
  const fate = repository.dryRun
    ? { fate: 'stays' as const }
    : fateOf(image, repository.images, repository.policies, now);
  if (fate.fate === 'stays')
    return {
      part: 'rollback',
      state: 'ok',
      text: `${back}; its image is there, and no clean-up policy deletes it.`,
      findings: [],
    };
  const when = fate.at <= now ? 'may delete it any day' : `deletes it in ${spanOfDays(fate.at - now)}`;
  const finding: Finding = {
    ...ofRule(doctorRules, 'doctor-image-cleaned'),
    title: `The clean-up policy ${fate.policy} of the repository ${name} ${when}: the image of ${target.name}, to which a rollback would go.`,
    fix: 'Add a policy that keeps the most recent versions (action KEEP, mostRecentVersions), then set the policies again:',
    commands: [`gcloud artifacts repositories list-cleanup-policies ${quoted(name)} ${place}`],
  };
  return { part: 'rollback', state: 'warn', text: finding.title, findings: [finding] };
}

/** Which images such a registry deletes, and when, cannot be seen from here. So it is said what the registry shows today. */
function judgeElsewhere(
  { name, image = '' }: RehearsedRevision,
  found: RehearsedElsewhere,
  back: string,
): Examined {
  const { host } = found;
  const copy = 'Name the next image through a remote repository of Artifact Registry, which keeps a copy';
  if ('unread' in found)
    return {
      ...{ part: 'rollback', state: 'unknown', findings: [] },
      text: `${back}. Its image could not be looked up in ${host}: ${found.unread}`,
    };
  const { answer } = found;
  if (answer.ok || answer.problem.problem === 'platform')
    return {
      ...{ part: 'rollback', state: 'ok', findings: [] },
      text: `${back}; ${host} has its image today. How long it keeps it cannot be seen from here. ${copy}.`,
    };
  if (answer.problem.problem === 'absent') {
    const finding: Finding = {
      ...ofRule(doctorRules, 'doctor-image-gone'),
      title: `${image} is no longer in ${host}, and ${name} needs it.`,
      fix: `Push this very image again, or release the code of that revision again. ${copy}.`,
    };
    return { part: 'rollback', state: 'bad', text: finding.title, findings: [finding] };
  }
  const finding: Finding = {
    ...ofRule(doctorRules, 'doctor-image-unseen'),
    title: `Whether ${host} still has ${image}, to which a rollback would go, cannot be seen by this identity.`,
    fix: `Look it up with a login of ${host}. ${copy}, and the doctor looks there by itself.`,
  };
  return { part: 'rollback', state: 'warn', text: finding.title, findings: [finding] };
}

const spanOfDays = (milliseconds: number): string => {
  const days = Math.floor(milliseconds / 86_400_000);
  return days > 0 ? `${days} ${days === 1 ? 'day' : 'days'}` : spanText(milliseconds / 1000);
};
