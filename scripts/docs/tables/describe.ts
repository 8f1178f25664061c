import type { UsedDefinition } from '../../../src/domain/inputs/definition.ts';
import type { ActionName } from '../../../src/domain/report/report.ts';
import { definitionFor, groups } from '../../../src/inputs/table.ts';

/** Describes an input of one action in the words of the documentation. */
export interface Described {
  name: string;
  required: boolean;
  essential: boolean;
  /** What the input does and which values it takes. */
  sentence: string;
  /** The default in Markdown. */
  fallback: string;
  /** An example as a user writes it; empty if the input has none. */
  example: string;
  expression: string | undefined;
}

/** An input in the words of one action. */
export function describe(name: string, action: ActionName): Described {
  const definition: UsedDefinition & { required?: true } = definitionFor(name, action);
  const { kind, sentence, essential, expression, example } = definition;
  return {
    name,
    required: definition.required === true,
    essential: essential === true,
    sentence: withLimits(sentence, kind),
    fallback: definition.default === undefined ? (definition.otherwise ?? '') : `\`${definition.default}\``,
    example,
    expression,
  };
}

/** Adds the range of a number to the first sentence, and the words of a choice unless the sentence has them all. */
function withLimits(sentence: string, { words, range }: UsedDefinition['kind']): string {
  if (range !== undefined) return sentence.replace(/\.(?= |$)/, ` (${range}).`);
  if (!words || words.includes('true') || words.every((word) => sentence.includes(`\`${word}\``)))
    return sentence;
  const quoted = words.map((word) => `\`${word}\``);
  return `${sentence} It takes ${quoted.slice(0, -1).join(', ')} or ${quoted.at(-1)}.`;
}

export interface DescribedGroup {
  title: string;
  inputs: Described[];
}

/** The inputs of an action by groups, without the groups that it does not use. */
export function inputsByGroup(action: ActionName): DescribedGroup[] {
  return groups
    .map(({ title, inputs }) => ({
      title,
      inputs: Object.entries<UsedDefinition>(inputs)
        .filter(([, { usedBy }]) => usedBy[action] !== undefined)
        .map(([name]) => describe(name, action)),
    }))
    .filter(({ inputs }) => inputs.length > 0);
}
