import { stringify } from 'yaml';

/** What the files of a repository are made of. */
export interface FileFacts {
  name: string;
  region: string;
  branch: string;
  /** Undefined: what the reusable workflow uses by itself. */
  environment: string | undefined;
  /** Settings of the release, by the names of its inputs. */
  settings: Readonly<Record<string, string>>;
  /** Path of an example image, and a text that it shows. */
  example: { image: string; contains: string | undefined } | undefined;
  /** E-mail of the account that a rollback logs in as. It can move the traffic, and deploy nothing. */
  rollbackAccount: string;
  /** `owner/name` under which the actions are found, and the ref. */
  actions: { at: string; ref: string };
  /**
   * True: jobs of their own in place of the reusable workflows. Those name our actions at github.com, which a GitHub elsewhere does
   * not find.
   */
  ownJobs: boolean;
}

const scalar = (value: string): string => stringify(value, { lineWidth: 0, blockQuote: false }).trimEnd();
/** A value inside of brackets, where commas and brackets have a meaning. */
const inBrackets = (value: string): string =>
  /[,[\]{}]/.test(value) ? JSON.stringify(value) : scalar(value);
export const withLines = (fields: Readonly<Record<string, string>>): string =>
  Object.entries(fields)
    .map(([key, value]) => `      ${key}: ${scalar(value)}\n`)
    .join('');

export const headOfRelease = ({
  name,
  branch,
}: FileFacts): string => `# Releases ${name} on every push to ${branch}. The login comes from the variables of the environment.
name: release
on: { push: { branches: [${inBrackets(branch)}] } }
permissions: {}
`;

export const headOfRollback = `# Sends the traffic back to what served before the last release, with one click.
name: Roll back
on: { workflow_dispatch: { inputs: { to: { description: 'before, stable, or the name of a revision', default: before } } } }
permissions: {}
`;

export const mayRelease =
  'permissions: { contents: read, id-token: write, actions: read } # log in without a key, see other runs';
export const mayRollBack =
  'permissions: { id-token: write, actions: read } # log in without a key, see other runs';
