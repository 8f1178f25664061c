import { type Definition, definitions } from '../../domain/inputs/definition.ts';
import type { ActionName } from '../../domain/report/report.ts';
import { accountEmail } from '../../inputs/groups/shapes.ts';
import { definitionFor, inputsOf } from '../../inputs/table.ts';
import type { Verb } from '../verb.ts';
import { flagName } from './flag-names.ts';

/** A flag as a verb has it: an input of an action, or the verb's own. */
export interface Flag extends Definition {
  /** Name of the input. The flag has hyphens. */
  input: string;
  required: boolean;
  /** True if the verb declares the flag itself. */
  own: boolean;
}

/** Inputs that only a workflow can use. A machine logs in by itself, and a secret does not belong in a list of processes. */
const ofWorkflows = new Set([
  ...['workload_identity_provider', 'service_account', 'audience', 'delegates', 'trusted_endpoints'],
  ...['credentials_json', 'summary', 'comment', 'comment_section', 'job_id'],
]);

/** Names that gcloud's users type. */
export const shortNames: Readonly<Record<string, string>> = {
  project: 'project_id',
  location: 'region',
  source: 'source_dir',
};

/** The flag of every verb that logs in. gcloud calls it the same. */
export const actAs = 'impersonate_service_account';

const loginFlags = definitions({
  [actAs]: {
    kind: accountEmail,
    sentence: 'Service account to act as. Your own account must be allowed to make tokens for it.',
    example: 'deployer@my-project.iam.gserviceaccount.com',
    otherwise: 'your own account',
  },
});

/** The flags of a verb, in the order of the documentation. */
export function flagsOf({ action, login, without = [], only, flags, required = [] }: Verb): Flag[] {
  const declared = login ? { ...flags, ...loginFlags } : flags;
  const own = Object.entries(declared).map(([input, definition]) => ({
    ...definition,
    input,
    required: required.includes(input),
    own: true,
  }));
  const left = new Set([...without, ...Object.keys(declared)]);
  const takes = (name: string) => !left.has(name) && (only === undefined || only.includes(name));
  return [...own, ...(action ? inputFlags(action, takes) : [])];
}

function inputFlags(action: ActionName, takes: (name: string) => boolean): Flag[] {
  return inputsOf(action)
    .filter((name) => !ofWorkflows.has(name) && takes(name))
    .map((name) => ({ ...definitionFor(name, action), input: name, own: false }))
    .filter(({ secret }) => !secret)
    .map((flag) => ({ ...flag, required: (flag as { required?: true }).required === true }));
}

/** A flag that may stand without a value. */
export const isSwitch = ({ kind }: Definition): boolean =>
  kind.words?.length === 2 && kind.words.includes('true') && kind.words.includes('false');

/** The names of inputs in a sentence, as a person types them: as flags, or as a word behind the verb. */
export const asFlags = (
  sentence: string,
  inputs: readonly string[],
  operands: readonly string[] = [],
): string =>
  sentence.replace(/`([a-z][a-z_]*)(?:: ([^`]*))?`/g, (whole, name: string, value: string | undefined) => {
    if (inputs.includes(name)) return `\`${flagName(name)}${value ? ` ${value}` : ''}\``;
    const operand = operands.find((one) => one.toLowerCase() === name);
    return operand === undefined ? whole : `\`${value ?? operand}\``;
  });
