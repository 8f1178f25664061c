import type { UsedDefinition } from '../../../src/domain/inputs/definition.ts';
import type { ActionName } from '../../../src/domain/report/report.ts';
import { groups } from '../../../src/inputs/table.ts';
import { type DescribedGroup, describe } from './describe.ts';

/** An action made of steps, each of which runs another action. Its inputs are those of its steps. */
export interface Composite {
  name: string;
  steps: readonly {
    action: ActionName;
    /** Inputs that the composite sets, or that make no sense in it (undefined). */
    fixed: Readonly<Record<string, string | undefined>>;
  }[];
  /** Defaults that differ from those of the steps. */
  defaults: Readonly<Record<string, string>>;
}

const takes = (step: Composite['steps'][number], name: string, definition: UsedDefinition): boolean =>
  definition.usedBy[step.action] !== undefined && !(name in step.fixed);

/** The inputs by groups, in the words of the first step that takes each. */
export const compositeGroups = ({ steps, defaults }: Composite): DescribedGroup[] =>
  groups
    .map(({ title, inputs }) => ({
      title,
      inputs: Object.entries<UsedDefinition>(inputs).flatMap(([name, definition]) => {
        const step = steps.find((one) => takes(one, name, definition));
        if (!step) return [];
        const described = describe(name, step.action);
        const fallback = defaults[name];
        return [fallback === undefined ? described : { ...described, fallback: `\`${fallback}\`` }];
      }),
    }))
    .filter(({ inputs }) => inputs.length > 0);

/** What one step gets: the inputs of the composite under their own names, and what the composite sets. */
export function stepLines(composite: Composite, step: Composite['steps'][number]): string[] {
  const names = groups.flatMap(({ inputs }) =>
    Object.entries<UsedDefinition>(inputs).flatMap(([name, definition]) =>
      takes(step, name, definition) ? [name] : [],
    ),
  );
  return [
    ...names.map((name) => {
      const fallback = composite.defaults[name];
      return `${name}: \${{ inputs.${name}${fallback === undefined ? '' : ` || '${fallback}'`} }}`;
    }),
    ...Object.entries(step.fixed).flatMap(([name, value]) =>
      value === undefined ? [] : [`${name}: ${value}`],
    ),
  ];
}
