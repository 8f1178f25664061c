import { projectFlag, quoted } from '../data/shell.ts';
import type { RunNames } from '../errors/facts.ts';

/**
 * Commands of repairs. Each adds exactly one grant or setting, keeps what is there, and can be repeated. Accounts and
 * members are passed as words of the shell: they are quoted already, or hold a look-up of the project's number.
 */
export type Word = string & { readonly word: true };

const wordOf = (text: string): Word => quoted(text) as Word;

const projectOf = (names: RunNames): string => quoted(names.project ?? 'PROJECT');
const regionOf = (names: RunNames): string => quoted(names.region ?? 'REGION');
export const inProject = (names: RunNames): string => projectFlag(names.project ?? 'PROJECT');
export const inRegion = (names: RunNames): string => `${inProject(names)} --region=${regionOf(names)}`;

/** The identity of this job as a member of IAM. */
export const ownMember = (names: RunNames): Word =>
  wordOf(names.member ?? 'serviceAccount:ACCOUNT_OF_THIS_JOB');
/** The identity of this job in words. */
export const who = (names: RunNames) =>
  names.member?.replace(/^serviceAccount:/, '') ?? 'The identity of this job';
export const account = (email: string): Word => wordOf(email);
/** An account as a member of IAM. */
export const asMember = (word: Word): Word => `serviceAccount:${word}` as Word;

/** An account whose name holds the number of the project. If the number is not known, the shell looks it up. */
function numbered(names: RunNames, before: string, number: string | undefined, after: string): Word {
  if (number !== undefined) return wordOf(`${before}${number}${after}`);
  const lookUp = `gcloud projects describe ${projectOf(names)} --format="value(projectNumber)"`;
  return `${before}"$(${lookUp})"${after}` as Word;
}

/** The account that functions run and build as if no other one is set. */
export const defaultAccount = (names: RunNames, number?: string): Word =>
  numbered(names, '', number, '-compute@developer.gserviceaccount.com');
/** An account of Google's own in this project, such as `serverless-robot-prod` for Cloud Run. */
export const serviceAgent = (names: RunNames, agent: string, number?: string): Word =>
  numbered(names, 'service-', number, `@${agent}.iam.gserviceaccount.com`);

/** Without the flag, gcloud asks a question if the policy has any binding with a condition. */
const always = '--condition=None';

export const grantOnProject = (names: RunNames, member: Word, role: string): string =>
  `gcloud projects add-iam-policy-binding ${projectOf(names)} --member=${member} --role=${role} ${always}`;

export const grantOnFolder = (kind: 'folders' | 'organizations', id: string, member: Word, role: string) =>
  `gcloud ${kind === 'folders' ? 'resource-manager folders' : kind} add-iam-policy-binding ${quoted(id)} --member=${member} --role=${role} ${always}`;

export const grantOnAccount = (names: RunNames, on: Word, member: Word, role: string): string =>
  `gcloud iam service-accounts add-iam-policy-binding ${on} ${inProject(names)} --member=${member} --role=${role} ${always}`;

export const grantOnBucket = (bucket: string, member: string, role: string): string =>
  `gcloud storage buckets add-iam-policy-binding gs://${bucket} --member=${member} --role=${role} ${always}`;

export const grantOnSecret = (project: string, secret: string, member: Word): string =>
  `gcloud secrets add-iam-policy-binding ${quoted(secret)} ${projectFlag(project)} --member=${member} --role=roles/secretmanager.secretAccessor ${always}`;

export const grantOnRepository = (
  repository: { project: string; location: string; name: string },
  member: Word,
  role: string,
): string =>
  `gcloud artifacts repositories add-iam-policy-binding ${quoted(repository.name)} ${projectFlag(repository.project)} --location=${quoted(repository.location)} --member=${member} --role=${role} ${always}`;

export const enableService = (names: RunNames, services: readonly string[]): string =>
  `gcloud services enable ${services.map(quoted).join(' ')} ${inProject(names)}`;
