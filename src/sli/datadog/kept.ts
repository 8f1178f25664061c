import type { NoteProblem } from '../../domain/report/input-problem.ts';
import type { Objective } from '../../domain/slo/objective.ts';
import type { Clock } from '../../steps/ports/clock.ts';
import type { OutsideLogin } from '../../steps/ports/outside-login.ts';
import type { SloStore } from '../../steps/slo/ports.ts';
import { loginOf } from './credentials.ts';
import { createDatadogObjectives } from './objectives.ts';
import { type CountQuery, forService, pairProblem, parseCount } from './query.ts';
import { datadogBase, type SiteName } from './sites.ts';

/** The inputs by which objectives are kept in Datadog. */
export interface KeptValues {
  datadog_site: SiteName;
  datadog_api_key: string | undefined;
  datadog_app_key: string | undefined;
  datadog_token: string | undefined;
  datadog_total: string | undefined;
  datadog_bad: string | undefined;
}

/** The login and the counts. Notes problems. Files need no login. */
export function keptInDatadog(
  values: KeptValues,
  { login, objectives }: { login: boolean; objectives: readonly Objective[] },
  problem: NoteProblem,
) {
  const count = (name: 'datadog_total' | 'datadog_bad'): CountQuery | undefined => {
    const text = values[name];
    if (text === undefined) {
      // An objective may name its own counts in the file.
      if (objectives.every(({ counts }) => counts !== undefined)) return undefined;
      problem([name], 'missing: expected a count such as sum:trace.http.request.hits{service:ocr}');
      return undefined;
    }
    const parsed = parseCount(text);
    if (typeof parsed !== 'string') return parsed;
    problem([name], parsed);
    return undefined;
  };
  const [total, bad] = [count('datadog_total'), count('datadog_bad')];
  const wrong = total && bad && pairProblem(total, bad);
  if (wrong !== undefined) problem(['datadog_total', 'datadog_bad'], wrong);
  const { datadog_api_key: apiKey, datadog_app_key: appKey, datadog_token: token } = values;
  if (login && token === undefined && (apiKey === undefined || appKey === undefined))
    problem(
      ['datadog_api_key', 'datadog_app_key'],
      'missing: expected both keys or datadog_token, from secrets of the repository',
    );
  return {
    /** The counts of an objective over all revisions of a service: its own, else those of the inputs. */
    counts: ({ counts }: Objective, service: string) => {
      const read = (text: string, other: CountQuery | undefined) => {
        const query = counts === undefined ? other : parseCount(text);
        return query === undefined || typeof query === 'string' ? '' : forService(query, service);
      };
      return { total: read(counts?.total ?? '', total), bad: read(counts?.bad ?? '', bad) };
    },
    open(world: OutsideLogin & { clock: Clock }, slo: string): SloStore {
      const site = values.datadog_site;
      const client = { base: datadogBase(site, world), clock: world.clock, userAgent: world.userAgent };
      return createDatadogObjectives(
        { client, login: loginOf(client, site, { apiKey, appKey, token }, world) },
        slo,
      );
    },
  };
}
