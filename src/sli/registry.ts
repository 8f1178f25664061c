import type { NoteProblem } from '../domain/report/input-problem.ts';
import type { SliSource } from '../steps/ports/sli.ts';
import { auto } from './auto/definition.ts';
import { cloudwatch } from './cloudwatch/definition.ts';
import { command } from './command/definition.ts';
import { datadog } from './datadog/definition.ts';
import type { SourceDefinition, SourceUse, SourceWorld } from './definition.ts';
import { logs } from './logs/definition.ts';
import { metrics } from './metrics/definition.ts';
import { prometheus } from './prometheus/definition.ts';

/** Every source of request counts. Its code is loaded only if it is chosen. */
export const sources = {
  auto,
  logs,
  metrics,
  prometheus,
  cloudwatch,
  command,
  datadog,
} satisfies Record<string, SourceDefinition>;

export type SourceName = keyof typeof sources;
export const sourceNames = Object.keys(sources) as SourceName[];

const definitionOf = (name: SourceName): SourceDefinition => sources[name] as SourceDefinition;

/** The counts of Google Cloud that a source reads, if it reads any. */
export const googleCountsOf = (name: SourceName) => definitionOf(name).ofGoogle;

/** The words of the input `source`, for its description. */
export const sourceSentence = sourceNames
  .map((name) => `\`${name}\` (${definitionOf(name).sentence})`)
  .join(', ')
  .replace(/, (?=[^,]*$)/, ' or ');

type Inputs = (typeof sources)[SourceName]['inputs'];
type UnionToIntersection<U> = (U extends unknown ? (one: U) => void : never) extends (all: infer I) => void
  ? I
  : never;

/** The inputs of all sources. */
export const sourceInputs = Object.assign(
  {},
  ...sourceNames.map((name) => definitionOf(name).inputs),
) as UnionToIntersection<Inputs>;

export interface ChosenSource {
  name: SourceName;
  open(world: SourceWorld): Promise<SliSource>;
}

/** Sources whose counters the SLO file may name. Another source would judge something else than the file promises. */
const namedInFiles = [
  ['prometheus', 'Prometheus'],
  ['cloudwatch', 'CloudWatch'],
] as const satisfies readonly (readonly [SourceName, string])[];

/** The named source, else the one whose inputs are set, else `auto`. Notes problems. */
export function chooseSource(
  values: { readonly source: SourceName | undefined } & Readonly<Record<string, unknown>>,
  use: SourceUse,
  problem: NoteProblem,
): ChosenSource {
  const settings = new Map(
    sourceNames.map((name) => [name, definitionOf(name).settings(values, problem)] as const),
  );
  const meant = sourceNames.find((name) => definitionOf(name).isMeant?.(settings.get(name)));
  const asked = values.source ?? meant ?? 'auto';
  for (const [named, title] of namedInFiles)
    if (asked !== named && use.objectives.some((objective) => objective[named]))
      problem(['source'], `the SLO file names counters of ${title}, so expected source ${named}`);
  for (const found of definitionOf(asked).problems?.(settings.get(asked), use) ?? [])
    problem(found.inputs, found.problem);
  const name = use.probes ? ((definitionOf(asked).besideProbes ?? asked) as SourceName) : asked;
  return { name, open: (world) => definitionOf(name).open(world, settings.get(name)) };
}
