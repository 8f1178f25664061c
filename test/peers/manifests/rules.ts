import { expressionsIn, usedBy } from './expressions.ts';

/**
 * What GitHub's runner accepts in an action.yml: the keys of each mapping, and the contexts of each field. The facts are those
 * of the schema of action files, and of its reader, in actions/runner 2.336.0 (commit 258d6c8, project Runner.Worker).
 * One rule is ours: an unknown key of the top level or of an input is a problem, since the runner ignores it without a word.
 */

interface Field {
  required?: boolean;
  /** Contexts and functions of an expression. Without them, an expression is refused. */
  allows?: readonly string[];
  /** The whole text is an expression, with or without `${{ }}`. */
  condition?: boolean;
}

const inDefault = ['github', 'strategy', 'matrix', 'job', 'runner', 'hashFiles'];
const inOutput = ['github', 'strategy', 'matrix', 'steps', 'inputs', 'job', 'runner', 'env'];
const inStep = [...inOutput, 'hashFiles'];
const inCondition = [...inStep, 'always', 'failure', 'cancelled', 'success'];

const top: Record<string, Field> = {
  name: { required: true },
  description: { required: true },
  author: {},
  branding: {},
  inputs: {},
  outputs: {},
  runs: { required: true },
};
const input: Record<string, Field> = {
  description: { required: true },
  required: {},
  default: { allows: inDefault },
  deprecationMessage: {},
};
const output = (value: boolean): Record<string, Field> => ({
  description: { required: true },
  value: { required: value, allows: inOutput },
});
const javaScript: Record<string, Field> = {
  using: { required: true },
  main: { required: true },
  pre: {},
  'pre-if': {},
  post: {},
  'post-if': {},
};
const composite: Record<string, Field> = { using: { required: true }, steps: { required: true } };
const anyStep: Record<string, Field> = {
  name: { allows: inStep },
  id: {},
  if: { allows: inCondition, condition: true },
  env: { allows: inStep },
  'continue-on-error': { allows: inStep },
};
const runStep: Record<string, Field> = {
  ...anyStep,
  run: { required: true, allows: inStep },
  shell: { required: true, allows: inStep },
  'working-directory': { allows: inStep },
};
const usesStep: Record<string, Field> = { ...anyStep, uses: { required: true }, with: { allows: inStep } };

type Mapping = Record<string, unknown>;
const isMapping = (value: unknown): value is Mapping =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Every text below a value, keys included. */
function texts(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(texts);
  if (isMapping(value)) return Object.entries(value).flatMap(([key, inner]) => [key, ...texts(inner)]);
  return typeof value === 'string' ? [value] : [];
}

function fieldProblems(value: unknown, { allows, condition }: Field, at: string): string[] {
  return texts(value).flatMap((text) => {
    const expressions = condition && !text.includes('${{') ? [text] : expressionsIn(text);
    if (expressions.length > 0 && !allows) return [`${at}: an expression is not allowed here`];
    const names = expressions.map(usedBy).flatMap(({ contexts, functions }) => [...contexts, ...functions]);
    return names.filter((name) => !allows?.includes(name)).map((name) => `${at}: ${name} is unknown here`);
  });
}

function mappingProblems(value: unknown, fields: Record<string, Field>, at: string): string[] {
  if (!isMapping(value)) return [`${at}: expected a mapping`];
  const missing = Object.keys(fields).filter((key) => fields[key]?.required && value[key] === undefined);
  return [
    ...missing.map((key) => `${at}: ${key} is missing`),
    ...Object.entries(value).flatMap(([key, inner]) => {
      const field = fields[key];
      const inside = ['inputs', 'outputs', 'runs', 'steps'].includes(key);
      if (!field) return [`${at}: ${key} is unknown`];
      return inside ? [] : fieldProblems(inner, field, `${at}.${key}`);
    }),
  ];
}

function runsProblems(runs: unknown): string[] {
  const using = isMapping(runs) ? runs.using : undefined;
  if (using === 'node20' || using === 'node24') return mappingProblems(runs, javaScript, 'runs');
  if (using !== 'composite') return [`runs.using: ${String(using)} is not supported`];
  const steps = Array.isArray((runs as Mapping).steps) ? ((runs as Mapping).steps as unknown[]) : [];
  return [
    ...mappingProblems(runs, composite, 'runs'),
    ...(steps.length > 0 ? [] : ['runs.steps: expected a list of steps']),
    ...steps.flatMap((step, at) =>
      mappingProblems(step, isMapping(step) && 'uses' in step ? usesStep : runStep, `runs.steps[${at}]`),
    ),
  ];
}

const each = (value: unknown, fields: Record<string, Field>, at: string) =>
  isMapping(value)
    ? Object.entries(value).flatMap(([name, inner]) => mappingProblems(inner, fields, `${at}.${name}`))
    : [];

/** A scalar is read as text. A list or a mapping is refused. */
const defaultProblems = (inputs: unknown) =>
  Object.entries(isMapping(inputs) ? inputs : {})
    .filter(([, inner]) => isMapping(inner) && typeof inner.default === 'object' && inner.default !== null)
    .map(([name]) => `inputs.${name}.default: expected a text`);

/** Why GitHub's runner would refuse to load this action.yml, or read it otherwise than it is meant. */
export function problemsOf(manifest: unknown): string[] {
  if (!isMapping(manifest)) return ['expected a mapping'];
  const isComposite = isMapping(manifest.runs) && manifest.runs.using === 'composite';
  return [
    ...mappingProblems(manifest, top, 'action.yml'),
    ...each(manifest.inputs, input, 'inputs'),
    ...defaultProblems(manifest.inputs),
    ...each(manifest.outputs, output(isComposite), 'outputs'),
    ...runsProblems(manifest.runs),
  ];
}
