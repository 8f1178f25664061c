import { canonical, type Json, type JsonObject } from '../data/json.ts';
import { nearest } from '../data/nearest.ts';
import type { CompiledPipeline, ParameterValue } from './types.ts';
import { expectedValue, fromText, isTyped, typedForm } from './values.ts';

/** `epochs=5`, one a line. A value may hold `=`. A line that begins with `#` is a comment. */
export function parseAssignments(text: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const line of text.split(/\r?\n/).map((one) => one.trim())) {
    if (line === '' || line.startsWith('#')) continue;
    const at = line.indexOf('=');
    const name = line.slice(0, at).trim();
    if (at < 1 || !/^[\w.-]{1,256}$/.test(name)) throw new Error('expected lines such as epochs=5');
    if (found.has(name)) throw new Error('expected each name once');
    found.set(name, line.slice(at + 1).trim());
  }
  return found;
}

export interface GivenParameters {
  /** Values of the run, without those that the file gives itself. */
  values: Map<string, ParameterValue>;
  problems: string[];
}

/** Checks the parameters against the inputs of the file. All problems at once. */
export function checkParameters(
  { inputs, sdk }: Pick<CompiledPipeline, 'inputs' | 'sdk'>,
  given: ReadonlyMap<string, string>,
): GivenParameters {
  // Its compiler writes the names and the types of runtime parameters, and drops their defaults.
  const lost = sdk.startsWith('tfx-') ? ' (TFX leaves defaults of runtime parameters out of the file)' : '';
  const values = new Map<string, ParameterValue>();
  const problems: string[] = [];
  const names = inputs.map(({ name }) => name);
  for (const [name, text] of given) {
    const input = inputs.find((one) => one.name === name);
    if (!input) {
      const near = nearest(name, names);
      problems.push(
        `the pipeline has no input ${name}${near === undefined ? (names.length > 0 ? `; it has ${names.slice(0, 20).join(', ')}` : '; it has none') : ` (did you mean ${near}?)`}`,
      );
      continue;
    }
    const value = fromText(input.type, text);
    if (value === undefined) problems.push(`${name}: expected ${expectedValue[input.type]}`);
    else if (!isSame(value, input.default)) values.set(name, value);
  }
  for (const { name, type, required } of inputs)
    if (required && !given.has(name))
      problems.push(`${name} is missing: expected ${expectedValue[type]}${lost}`);
  return { values, problems };
}

/** `3` and `3.0` are the same number, and the order of keys does not matter. */
const isSame = (one: ParameterValue, other: ParameterValue | undefined): boolean =>
  other !== undefined && canonical(one as Json) === canonical(other as Json);

/**
 * The field of runtimeConfig that this schema takes: the other one fails the job without a reason. Every value is sent, also one that is
 * the default, since a file may keep its defaults beside the pipeline.
 */
export function runtimeParameters(
  { schema, inputs }: Pick<CompiledPipeline, 'schema' | 'inputs'>,
  given: ReadonlyMap<string, ParameterValue>,
): JsonObject {
  const typed = isTyped(schema);
  const values = inputs.flatMap((input): [string, Json][] => {
    const value = given.get(input.name) ?? input.default;
    if (value === undefined) return [];
    return [[input.name, typed ? typedForm(input.type, value) : (value as Json)]];
  });
  if (values.length === 0) return {};
  return { [typed ? 'parameters' : 'parameterValues']: Object.fromEntries(values) };
}
