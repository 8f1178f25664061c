import { nearest } from '../data/nearest.ts';
import type { PipelineTask, TaskFact } from './types.ts';

/** `evaluate.cer <= 0.03` or `evaluate.cer <= champion + 0.002`. */
export interface Requirement {
  text: string;
  task: string;
  metric: string;
  sign: Sign;
  /** The bar, or how far it is from the value of the champion. */
  bar: number;
  ofChampion: boolean;
}

const signs = ['<=', '>=', '==', '<', '>'] as const;
type Sign = (typeof signs)[number];

const holds: Readonly<Record<Sign, (value: number, bar: number) => boolean>> = {
  '<=': (value, bar) => value <= bar,
  '>=': (value, bar) => value >= bar,
  '==': (value, bar) => value === bar,
  '<': (value, bar) => value < bar,
  '>': (value, bar) => value > bar,
};

const number = String.raw`[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?`;
const line = new RegExp(
  String.raw`^([^\s.<>=](?:[^.<>=]{0,126}[^\s.<>=])?)\.([\w:./@-](?:[\w:./@ -]{0,198}[\w:./@-])?)\s*(<=|>=|==|<|>)\s*(?:(${number})|champion(?:\s*([+-])\s*(${number}))?)$`,
);

export const requirementExpected = 'lines such as evaluate.cer <= 0.03 or evaluate.cer <= champion + 0.002';

/** One a line. Throws if a line is none. */
export function parseRequirements(text: string): Requirement[] {
  return text
    .split(/\r?\n/)
    .map((one) => one.trim())
    .filter((one) => one !== '' && !one.startsWith('#'))
    .map((one) => {
      const [, task = '', metric = '', sign, bar, side, off] = line.exec(one) ?? [];
      if (sign === undefined) throw new Error(`expected ${requirementExpected}`);
      return {
        text: one.replace(/\s+/g, ' '),
        ...{ task, metric, sign: sign as Sign },
        bar: bar === undefined ? Number(off ?? 0) * (side === '-' ? -1 : 1) : Number(bar),
        ofChampion: bar === undefined,
      };
    });
}

/** Names that the file does not have. They are wrong before anything is paid for. */
export function unknownTasks(names: readonly string[], tasks: readonly PipelineTask[]): string[] {
  const known = tasks.map(({ name }) => name);
  return [...new Set(names)]
    .filter((name) => !known.includes(name))
    .map((name) => {
      const near = nearest(name, known);
      return `the pipeline has no task ${name}${near === undefined ? '' : ` (did you mean ${near}?)`}`;
    });
}

export interface RequirementResult {
  text: string;
  /** `skipped`: there is no champion yet. */
  is: 'kept' | 'missed' | 'unknown' | 'skipped';
  /** What the job measured: the worst of several tasks of one name. */
  value?: number | undefined;
  bar?: number | undefined;
  why?: string | undefined;
}

/** Values of a metric of every task of this name. */
export const valuesOf = (
  tasks: readonly Pick<TaskFact, 'name' | 'metrics'>[],
  { task, metric }: Pick<Requirement, 'task' | 'metric'>,
): number[] =>
  tasks.flatMap(({ name, metrics }) => {
    const value = name === task && Object.hasOwn(metrics, metric) ? metrics[metric] : undefined;
    return value === undefined ? [] : [value];
  });

/**
 * Judges what a job measured. A value that is missing or no number never passes. Of several tasks of one name, such as those of a loop,
 * every one has to keep it.
 * @param champion the tasks of the job that made the champion, or `none`
 */
export function judgeRequirement(
  requirement: Requirement,
  tasks: readonly Pick<TaskFact, 'name' | 'metrics'>[],
  champion: readonly Pick<TaskFact, 'name' | 'metrics'>[] | 'none',
): RequirementResult {
  const { text, sign, ofChampion } = requirement;
  const found = valuesOf(tasks, requirement);
  const has = tasks
    .filter(({ name }) => name === requirement.task)
    .flatMap(({ metrics }) => Object.keys(metrics));
  const unknown = (why: string, value?: number): RequirementResult => ({ text, is: 'unknown', value, why });
  if (found.length === 0) {
    const near = nearest(requirement.metric, has);
    return unknown(
      has.length === 0
        ? `${requirement.task} reported no metric`
        : `${requirement.task} reported ${[...new Set(has)].slice(0, 10).join(', ')}${near === undefined ? '' : ` (did you mean ${near}?)`}`,
    );
  }
  if (!found.every(Number.isFinite)) return unknown(`${requirement.metric} is no number`);
  let { bar } = requirement;
  if (ofChampion) {
    if (champion === 'none') return { text, is: 'skipped', value: found[0], why: 'there is no champion yet' };
    const best = valuesOf(champion, requirement);
    if (best.length !== 1 || !Number.isFinite(best[0]))
      return unknown(
        best.length > 1
          ? `the job of the champion has ${best.length} values of it`
          : 'the job of the champion has no such metric',
        found[0],
      );
    bar += best[0] ?? 0;
  }
  const missed = found.find((value) => !holds[sign](value, bar));
  return { text, is: missed === undefined ? 'kept' : 'missed', value: missed ?? found[0], bar };
}
