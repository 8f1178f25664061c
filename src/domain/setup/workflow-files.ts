import { stringify } from 'yaml';
import { repository, schemaUrl, suiteFile, suiteSchemaFile } from '../product.ts';

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
}

interface NewFile {
  path: string;
  content: string;
}

const scalar = (value: string): string => stringify(value, { lineWidth: 0, blockQuote: false }).trimEnd();
const withLines = (fields: Readonly<Record<string, string>>): string =>
  Object.entries(fields)
    .map(([key, value]) => `      ${key}: ${scalar(value)}\n`)
    .join('');

export const defaultActions = { at: repository, ref: 'v1' };

/** The workflows and the first suite. A file that is there is never overwritten unasked. */
export function setupFiles(facts: FileFacts): NewFile[] {
  return [
    { path: '.github/workflows/release.yml', content: releaseWorkflow(facts) },
    { path: '.github/workflows/rollback.yml', content: rollbackWorkflow(facts) },
    ...(facts.example ? [{ path: suiteFile, content: firstSuite(facts.name, facts.example) }] : []),
  ];
}

const uses = ({ actions }: FileFacts, workflow: string) =>
  `${actions.at}/.github/workflows/${workflow}.yml@${actions.ref}`;

function common({ name, region, environment }: FileFacts): Record<string, string> {
  return {
    name,
    region,
    ...(environment === undefined || environment === `prod/${name}` ? {} : { environment }),
  };
}

const releaseWorkflow = (
  facts: FileFacts,
): string => `# Releases ${facts.name} on every push to ${facts.branch}. The login comes from the variables of the environment.
name: release
on: { push: { branches: [${scalar(facts.branch)}] } }
permissions: {}
jobs:
  release:
    permissions: { contents: read, id-token: write, actions: read } # log in without a key, see other runs
    uses: ${uses(facts, 'release')}
    with:
${withLines({ ...common(facts), ...facts.settings })}`;

const rollbackWorkflow = (
  facts: FileFacts,
): string => `# Sends the traffic back to what served before the last release, with one click.
name: Roll back
on: { workflow_dispatch: { inputs: { to: { description: 'before, stable, or the name of a revision', default: before } } } }
permissions: {}
jobs:
  rollback:
    permissions: { id-token: write, actions: read } # log in without a key, see other runs
    uses: ${uses(facts, 'rollback')}
    with:
${withLines({ ...common(facts), service_account: facts.rollbackAccount })}      to: \${{ inputs.to }}
`;

const firstSuite = (name: string, { image, contains }: NonNullable<FileFacts['example']>): string =>
  `# $schema: ${schemaUrl(suiteSchemaFile)}\n${stringify({
    version: 1,
    name,
    cases: [
      { name: image.split('/').at(-1) ?? image, image, expect: contains ? { contains } : { status: 200 } },
    ],
  })}`;
