import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Composite, compositeGroups, stepLines } from './tables/composite.ts';
import { fillLines, fillPage } from './tables/fill.ts';
import { groupLines } from './tables/manifest.ts';
import { inputTables } from './tables/markdown.ts';

const root = join(import.meta.dirname, '..', '..');

/** `timeout` is the time of all checks there, and the time of a request in a deploy: one input cannot be both. */
const notDeployed =
  'url command working_directory isolation inherit_env ready_timeout expired_token timeout'.split(' ');

/** The service of a deploy is what the steps after it look at. */
const named = { name: `\${{ inputs.name || inputs.service }}` };

/** Each step has a section of the comment, so one title cannot be that of all. */
const own = { comment_section: undefined };

/** Only the smoke test calls the function, so its words describe the account. */
const unused = { ...own, invoker_service_account: undefined };

export const candidate: Composite = {
  name: 'candidate',
  steps: [
    {
      action: 'deploy',
      fixed: { ...unused, no_traffic: 'true', all_traffic_on_latest_revision: undefined },
    },
    { action: 'guard', fixed: { ...named, ...unused, mode: 'verify', if_missing: undefined } },
    {
      action: 'smoke-test',
      fixed: {
        ...named,
        ...own,
        ...Object.fromEntries(notDeployed.map((name) => [name, undefined])),
        revision: `\${{ steps.deploy.outputs.revision }}`,
      },
    },
  ],
  defaults: { region: 'us-central1', tag: 'candidate' },
};

/** Writes the inputs of the composite actions, and what their steps get, between the marks of their action.yml and README. */
export function generate(): Record<string, string> {
  const groups = compositeGroups(candidate);
  const manifest = `actions/${candidate.name}/action.yml`;
  let text = readFileSync(join(root, manifest), 'utf8');
  text = fillLines(text, 'inputs', unindented(groups.flatMap(groupLines)));
  for (const step of candidate.steps) text = fillLines(text, step.action, stepLines(candidate, step));
  const page = `actions/${candidate.name}/README.md`;
  const readme = fillPage(readFileSync(join(root, page), 'utf8'), 'inputs', inputTables(groups));
  return { [manifest]: text, [page]: readme };
}

/** The lines of a generated action.yml have the indent of its `inputs`, which the mark has as well. */
const unindented = (lines: readonly string[]) => lines.map((line) => line.replace(/^ {2}/, ''));
