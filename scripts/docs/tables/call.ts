import type { ActionName } from '../../../src/domain/report/report.ts';
import { definitionFor, inputsOf } from '../../../src/inputs/table.ts';
import { manifests } from './actions.ts';

/** The generated lines of a workflow that others call: its inputs, its secrets, and what it passes on. */

/** Inputs that callers do not set: the expression that the workflow passes instead, or undefined to leave the input out. */
export type Fixed = Readonly<Record<string, string | undefined>>;

/** Variables of the repository or its organisation that replace an input that is not set. */
export const variables: Readonly<Record<string, string>> = {
  workload_identity_provider: 'WORKLOAD_IDENTITY_PROVIDER',
  service_account: 'SERVICE_ACCOUNT',
  invoker_service_account: 'INVOKER_SERVICE_ACCOUNT',
};

const passed = (action: ActionName, fixed: Fixed) => inputsOf(action).filter((name) => !(name in fixed));
const isBoolean = (name: string, action: ActionName) =>
  definitionFor(name, action).kind.words?.join() === 'true,false';

/** First sentence only: docs/reference/inputs.md has the rest. */
const short = (sentence: string) => (/^.*?[.](?= |$)/.exec(sentence)?.[0] ?? sentence).replaceAll("'", "''");

function fallback(name: string, action: ActionName): string {
  if (variables[name]) return ` Default: the variable ${variables[name]}.`;
  const { default: value, otherwise } = definitionFor(name, action);
  if (value) return ` Default: ${value}.`;
  return otherwise && otherwise !== 'none' ? ` Default: ${otherwise}.` : '';
}

export const inputLines = (action: ActionName, fixed: Fixed): string[] =>
  passed(action, fixed)
    .filter((name) => !definitionFor(name, action).secret)
    .flatMap((name) => {
      const definition = definitionFor(name, action) as { sentence: string; required?: true };
      return [
        `${name}:`,
        `  description: '${short(definition.sentence)}${fallback(name, action).replaceAll("'", "''")}'`,
        `  type: ${isBoolean(name, action) ? 'boolean' : 'string'}`,
        ...(definition.required ? ['  required: true'] : []),
      ];
    });

export const secretLines = (action: ActionName, fixed: Fixed): string[] =>
  passed(action, fixed)
    .filter((name) => definitionFor(name, action).secret)
    .flatMap((name) => [
      `${name}:`,
      `  description: '${short(definitionFor(name, action).sentence)}'`,
      '  required: false',
    ]);

/** An unset input is passed as an empty text, which the action reads as unset. A `false` is the same as unset. */
export const withLines = (action: ActionName, fixed: Fixed): string[] => [
  ...passed(action, fixed).map((name) => {
    if (definitionFor(name, action).secret) return `${name}: \${{ secrets.${name} }}`;
    const variable = variables[name];
    if (variable) return `${name}: \${{ inputs.${name} || vars.${variable} }}`;
    return `${name}: \${{ inputs.${name}${isBoolean(name, action) ? " || ''" : ''} }}`;
  }),
  ...Object.entries(fixed).flatMap(([name, value]) => (value === undefined ? [] : [`${name}: ${value}`])),
];

/** Paths on the runner mean nothing to another job. */
const local = new Set(['report', 'summary_file', 'junit', 'ctrf']);

export function outputLines(action: ActionName, of: 'workflow' | 'job'): string[] {
  const outputs = manifests.find((manifest) => manifest.action === action)?.outputs ?? {};
  return Object.entries(outputs)
    .filter(([name]) => !local.has(name))
    .flatMap(([name, sentence]) =>
      of === 'job'
        ? [`${name}: \${{ steps.main.outputs.${name} }}`]
        : [
            `${name}:`,
            `  description: '${sentence.replaceAll("'", "''")}'`,
            `  value: \${{ jobs.main.outputs.${name} }}`,
          ],
    );
}
