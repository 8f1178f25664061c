import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { ActRun, StepRun } from './lines.ts';

export const isOurs = ({ name }: StepRun) => name.startsWith('backstay-release/');

const root = join(import.meta.dirname, '../../..');

/** A composite action writes no outputs of its own: act takes them from the steps inside, whose ids follow a slash. */
export function isComposite({ name, id }: StepRun): boolean {
  if (id.includes('/')) return false;
  const [, path = ''] = /^backstay-release\/backstay(?:\/(actions\/[\w-]+))?@/.exec(name) ?? [];
  const action = parse(readFileSync(join(root, path, 'action.yml'), 'utf8')) as { runs: { using: string } };
  return action.runs.using === 'composite';
}

/** Outputs that exist to hold a token. */
const tokens = ['auth_token', 'access_token', 'id_token'];

/** Pieces of 16 characters of a masked value that a reader of the log, the summary or an output sees. */
export function leaks(run: ActRun): string[] {
  const outputs = run.steps.flatMap((step) =>
    Object.entries(step.outputs).flatMap(([name, value]) => (tokens.includes(name) ? [] : [value])),
  );
  const notes = run.steps.flatMap((step) => [step.summary, ...step.annotations.map(({ text }) => text)]);
  const seen = [run.log, ...outputs, ...notes].join('\n');
  const found = new Set<string>();
  for (const secret of run.masked)
    for (let at = 0; at + 16 <= secret.length; at++)
      if (seen.includes(secret.slice(at, at + 16))) found.add(secret.slice(at, at + 16));
  return [...found];
}

/** The one step with this id and stage. */
export function stepOf(run: ActRun, id: string, stage: 'Main' | 'Post' = 'Main'): StepRun {
  const found = run.steps.filter((step) => step.id === id && step.stage === stage);
  if (found.length !== 1)
    throw new Error(`${found.length} steps have the id ${id}:\n${run.log}\n${run.errors}`);
  return found[0] as StepRun;
}
