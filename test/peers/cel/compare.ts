import { spawnSync } from 'node:child_process';
import { evaluate } from '../../../src/domain/cel/evaluate.ts';
import { Nothing } from '../../../src/domain/cel/value.ts';
import { type Scene, variablesOf } from './scenes.ts';

/** t: true, f: false, e: an error, and u, of ours alone: only Google knows. */
export type Letter = 't' | 'f' | 'e' | 'u';

export function ours(expression: string, scene: Scene): Letter {
  const value = evaluate(expression, variablesOf(scene));
  if (value instanceof Nothing) return value.kind === 'unknown' ? 'u' : 'e';
  return value === true ? 't' : value === false ? 'f' : 'e';
}

/** What Google's library says, in the same order. */
export function googles(program: string, scene: Scene, expressions: readonly string[]): string[] {
  const lines = [{ v: scene }, ...expressions.map((e) => ({ e }))].map((line) => JSON.stringify(line));
  const { stdout, stderr, status } = spawnSync(program, {
    input: `${lines.join('\n')}\n`,
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  if (status !== 0) throw new Error(`cel-go ended with ${status}: ${stderr}`);
  return stdout.trimEnd().split('\n');
}

export interface Count {
  cases: number;
  same: number;
  unknown: number;
  wrong: { expression: string; scene: number; google: string; ours: string }[];
}

export const nothingYet = (): Count => ({ cases: 0, same: 0, unknown: 0, wrong: [] });

export function count(total: Count, expression: string, at: number, google: string, own: Letter): void {
  total.cases++;
  if (own === 'u') total.unknown++;
  else if (own === google) total.same++;
  else total.wrong.push({ expression, scene: at, google, ours: own });
}

export const sentence = ({ cases, same, unknown, wrong }: Count) =>
  `${cases} cases: ${same} the same, ${unknown} unknown (${((100 * unknown) / cases).toFixed(1)} %), ${wrong.length} wrong`;
