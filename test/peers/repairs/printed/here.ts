/**
 * The examples of the catalogues name things of their own. Here they get the names of the sandbox, so that a command
 * finds what it is about.
 */

export const here = {
  project: 'sandbox-project',
  number: '123456789012',
  region: 'us-central1',
  folder: '345678901234',
  organization: '567890123456',
  deployer: 'deployer@sandbox-project.iam.gserviceaccount.com',
  invoker: 'invoker@sandbox-project.iam.gserviceaccount.com',
} as const;

const names: readonly (readonly [RegExp, string])[] = [
  [/(?<![a-z-])(my-project|acme-prod|p-one)\b/g, here.project],
  [/\bprojects\/(42|1)\b/g, `projects/${here.number}`],
  [/(projects add-iam-policy-binding )42\b/g, `$1${here.project}`],
  [/(projects describe )42\b/g, `$1${here.number}`],
  [/\b42-compute@/g, `${here.number}-compute@`],
  [/\bservice-42@/g, `service-${here.number}@`],
  [/\bx@y\.iam/g, `run@${here.project}.iam`],
  [/\b(folders(?:\/| [a-z-]+ ))(?:123|11)\b/g, `$1${here.folder}`],
  [/\b(organizations(?:\/| [a-z-]+ ))22\b/g, `$1${here.organization}`],
  [/gcf-v2-sources-1-us-central1/g, `gcf-v2-sources-${here.number}-${here.region}`],
];

export const renamed = (text: string): string =>
  names.reduce((so, [pattern, name]) => so.replace(pattern, name), text);

/** A command as a message prints it, with what prints it. */
export interface Printed {
  /** The catalogue and its entry, such as `cause secret-denied`. */
  from: string;
  command: string;
}

export const printed = (from: string, commands: readonly string[] | undefined): Printed[] =>
  (commands ?? []).map((command) => ({ from, command: renamed(command) }));
