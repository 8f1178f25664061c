import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { prometheusGroups } from '../../../src/domain/alerting/prometheus-rules.ts';
import { objectivesOf } from '../../../src/domain/alerting/request.ts';
import { burnsOf, inputOf, requestOf, type Stream, streamOf } from './streams.ts';

export interface Compared {
  streams: number;
  /** Evaluations in which the domain's rule fires, by urgency. */
  firing: { page: number; ticket: number };
  /** Changes between firing and not firing. */
  turns: number;
  /** What promtool says if something differs. */
  problems: string[];
}

/** Minutes that one look covers. */
const hours = 480;

/**
 * Feeds streams to the generated rules under promtool, and compares every evaluation with the domain's rule. Within one
 * evaluation of a change either is right.
 */
export function compare(seeds: readonly number[], minutes: number): Compared {
  const result: Compared = { streams: seeds.length, firing: { page: 0, ticket: 0 }, turns: 0, problems: [] };
  const groups: unknown[] = [];
  const series: { series: string; values: string }[] = [];
  for (const seed of seeds) {
    const stream = streamOf(seed, minutes);
    const burns = judged(stream, result);
    groups.push(
      ...prometheusGroups(requestOf(stream)).groups.filter(({ name }) => !name.endsWith('-budget')),
    );
    series.push(...inputOf(stream, burns));
  }
  const never = (expr: string, at: number) => ({ expr, eval_time: `${at}m`, exp_samples: [] });
  // promtool loads a limited number of samples at a time, so each look is at one stream and a few hours.
  const looks = seeds.flatMap((seed) =>
    (['page', 'ticket'] as const).flatMap((severity) =>
      Array.from({ length: Math.ceil(minutes / hours) }, (_, i) =>
        Math.min(minutes, (i + 1) * hours),
      ).flatMap((at) => {
        const range = `[${hours}m:1m]`;
        const expected = `expected{service="s${seed}",severity="${severity}"}`;
        const firing = `ALERTS{alertstate="firing",service="s${seed}",severity="${severity}"}`;
        return [
          never(`count_over_time((${expected} == 1 unless on (service) ${firing})${range})`, at),
          never(`count_over_time((${expected} == 0 and on (service) ${firing})${range})`, at),
        ];
      }),
    ),
  );
  const test = {
    rule_files: ['rules.yaml'],
    evaluation_interval: '1m',
    tests: [
      {
        interval: '1m',
        input_series: series,
        promql_expr_test: looks,
      },
    ],
  };
  const folder = mkdtempSync(join(tmpdir(), 'bs-promtool-'));
  try {
    // JSON is YAML.
    writeFileSync(join(folder, 'rules.yaml'), JSON.stringify({ groups }));
    writeFileSync(join(folder, 'test.yaml'), JSON.stringify(test));
    for (const args of [
      ['check', 'rules', 'rules.yaml'],
      ['test', 'rules', 'test.yaml'],
    ]) {
      const { status, stdout, stderr } = spawnSync('promtool', args, { cwd: folder, encoding: 'utf8' });
      if (status !== 0) result.problems.push(`${stdout}${stderr}`.slice(0, 4000));
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return result;
}

function judged(stream: Stream, result: Compared) {
  const [one] = objectivesOf(requestOf(stream));
  const of = (urgency: 'page' | 'ticket') => {
    const burns = burnsOf(
      stream,
      one?.pairs.filter((pair) => pair.urgency === urgency) ?? [],
      one?.limit ?? 0,
    );
    result.firing[urgency] += burns.filter(Boolean).length;
    result.turns += burns.filter((now, minute) => now !== (burns[minute - 1] ?? false)).length;
    return burns;
  };
  return { page: of('page'), ticket: of('ticket') };
}
