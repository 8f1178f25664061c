import { ReleaseError } from '../../domain/errors/errors.ts';
import { slug } from '../../domain/product.ts';
import type { InputProblem, NoteProblem } from '../../domain/report/input-problem.ts';
import { type ForeignSystem, foreignTypes, type Objective } from '../../domain/slo/objective.ts';
import type { SourceUse } from '../definition.ts';

interface Language<Q> {
  /** Reads a count, or says in a clause what is wrong with it. */
  parse(text: string): Q | string;
  pairProblem(total: Q, bad: Q): string | undefined;
}

/** The two counts of a source whose queries the user writes, from inputs such as `datadog_total` and `datadog_bad`. Notes problems. */
export function countsIn<Q extends object>(
  source: string,
  { total, bad }: { total: string | undefined; bad: string | undefined },
  { parse, pairProblem }: Language<Q>,
  problem: NoteProblem,
): { total: Q; bad: Q } | undefined {
  if (total === undefined && bad === undefined) return undefined;
  const names = [`${source}_total`, `${source}_bad`] as const;
  if (total === undefined || bad === undefined) {
    problem([...names], 'expected both or neither');
    return undefined;
  }
  const counts = { total: parse(total), bad: parse(bad) };
  if (typeof counts.total === 'string') problem(names[0], counts.total);
  if (typeof counts.bad === 'string') problem(names[1], counts.bad);
  if (typeof counts.total === 'string' || typeof counts.bad === 'string') return undefined;
  const wrong = pairProblem(counts.total, counts.bad);
  if (wrong !== undefined) problem(names[1], wrong);
  return { total: counts.total, bad: counts.bad };
}

/** Two counts, read from their texts. */
export interface Pair<Q> {
  total: Q;
  bad: Q;
}

/**
 * The counts of each objective: its own of the SLO file, else those of the inputs. Notes what is wrong, under the input or under the
 * place in the file.
 */
export function pairsOf<Q extends object>(
  system: ForeignSystem,
  objectives: readonly Objective[],
  inputs: Pair<Q> | undefined,
  language: Language<Q>,
): { pairs: Map<string, Pair<Q>>; problems: InputProblem[] } {
  const pairs = new Map<string, Pair<Q>>();
  const problems: InputProblem[] = [];
  let isMissing = false;
  for (const { id, source = id, counts } of objectives) {
    if (counts?.system !== system) {
      if (inputs) pairs.set(id, inputs);
      else if (!isMissing)
        problems.push({
          inputs: [`${system}_total`, `${system}_bad`],
          problem: `missing: expected the counts of all and of bad requests for ${source}, or counts of type ${foreignTypes[system]} in the SLO file`,
        });
      isMissing = inputs === undefined;
      continue;
    }
    const own = { total: language.parse(counts.total), bad: language.parse(counts.bad) };
    for (const name of ['total', 'bad'] as const)
      if (typeof own[name] === 'string')
        problems.push({ inputs: ['slo_file'], problem: `${source}: ${name}: ${own[name]}` });
    if (typeof own.total === 'string' || typeof own.bad === 'string') continue;
    const wrong = language.pairProblem(own.total, own.bad);
    if (wrong !== undefined) problems.push({ inputs: ['slo_file'], problem: `${source}: bad: ${wrong}` });
    else pairs.set(id, { total: own.total, bad: own.bad });
  }
  return { pairs, problems };
}

/** The counts of an objective. Throws if it has none. */
export function pairFor<Q>(pairs: ReadonlyMap<string, Pair<Q>>, { id }: { id: string }): Pair<Q> {
  const pair = pairs.get(id);
  if (pair) return pair;
  throw new ReleaseError('slo-invalid', { what: `The objective ${id} does not say which counts to read.` });
}

/** What such counts cannot do for this use. */
export function useProblems(
  source: string,
  {
    title,
    byRevision,
    countsProbes,
    use: { probes, split, objectives },
  }: { title: string; byRevision: boolean; countsProbes: boolean; use: SourceUse },
): InputProblem[] {
  const found: InputProblem[] = [];
  if (split && !byRevision)
    found.push({
      inputs: ['canary'],
      problem: `the counts in ${title} name no revision, so they cannot judge a part of the users: expected $revision in ${source}_total and ${source}_bad, or canary: 100`,
    });
  if (probes && countsProbes)
    found.push({
      inputs: ['probes_per_minute'],
      problem: `${source}_total counts test requests as users, so expected source auto or logs, or counts that leave out the user agent ${slug}`,
    });
  if (objectives.some(({ kind }) => kind !== 'availability'))
    found.push({
      inputs: ['source'],
      problem: `${source}_total and ${source}_bad do not say how many answers were slow, so expected objectives of requests without an error, or source auto or logs`,
    });
  if (objectives.some(({ clientErrors }) => clientErrors))
    found.push({
      inputs: ['client_errors'],
      problem: `the counts in ${title} decide themselves which requests are bad, so expected compare or ignore; to count 4xx, let ${source}_bad include them`,
    });
  return found;
}
