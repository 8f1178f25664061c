import type { NoteProblem } from '../domain/report/input-problem.ts';
import { foreignTypes, type Objective } from '../domain/slo/objective.ts';
import { orList } from '../domain/text/sentence.ts';
import type { SliSource } from '../steps/ports/sli.ts';
import { auto } from './auto/definition.ts';
import { cloudwatch } from './cloudwatch/definition.ts';
import { command } from './command/definition.ts';
import { datadog } from './datadog/definition.ts';
import type { SourceDefinition, SourceUse, SourceWorld } from './definition.ts';
import { logs } from './logs/definition.ts';
import { metrics } from './metrics/definition.ts';
import { newrelic } from './newrelic/definition.ts';
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
  newrelic,
} satisfies Record<string, SourceDefinition>;

export type SourceName = keyof typeof sources;
export const sourceNames = Object.keys(sources) as SourceName[];

const definitionOf = (name: SourceName): SourceDefinition => sources[name] as SourceDefinition;

/** The counts of Google Cloud that a source reads, if it reads any. */
export const googleCountsOf = (name: SourceName) => definitionOf(name).ofGoogle;

/** The words of the input `source`, for its description. */
export const sourceSentence = orList(
  sourceNames.map((name) => `\`${name}\` (${definitionOf(name).sentence})`),
);

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

/** Which source reads the counts that an objective of the SLO file names. Another one would judge something else than the file promises. */
const namedBy = ({ counts, prometheus, cloudwatch }: Objective): SourceName | undefined =>
  counts?.system ?? (prometheus ? 'prometheus' : cloudwatch ? 'cloudwatch' : undefined);

const titles = { ...foreignTypes, prometheus: 'Prometheus', cloudwatch: 'CloudWatch' } as const;

/** The named source, else the one whose inputs are set, else the one whose counts the SLO file names, else `auto`. Notes problems. */
export function chooseSource(
  values: { readonly source: SourceName | undefined } & Readonly<Record<string, unknown>>,
  use: SourceUse,
  problem: NoteProblem,
): ChosenSource {
  const settings = new Map(
    sourceNames.map((name) => [name, definitionOf(name).settings(values, problem)] as const),
  );
  const meant = sourceNames.find((name) => definitionOf(name).isMeant?.(settings.get(name)));
  const named = new Set(use.objectives.map(namedBy).filter((name) => name !== undefined));
  const [first] = named;
  const asked = values.source ?? meant ?? first ?? 'auto';
  for (const name of named)
    if (name !== asked)
      problem(
        'source',
        `the SLO file names counts of ${titles[name as keyof typeof titles]}, so expected source ${name}`,
      );
  for (const found of definitionOf(asked).problems?.(settings.get(asked), use) ?? [])
    problem(found.inputs, found.problem);
  if (!definitionOf(asked).readsFields && use.objectives.some(({ kind }) => kind === 'log_field'))
    problem(
      ['source'],
      'an objective counts what the code logs (kind: log_field), so expected source logs or auto',
    );
  const name = use.probes ? ((definitionOf(asked).besideProbes ?? asked) as SourceName) : asked;
  return { name, open: (world) => definitionOf(name).open(world, settings.get(name)) };
}
