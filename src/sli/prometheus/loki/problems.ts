import type { PrometheusCounters } from '../../../domain/slo/objective.ts';
import { type CounterName, type CounterProblem, counterNames } from '../selectors.ts';
import { logQueryText, parseLogQuery, tellsRevisions } from './log-query.ts';

/** Problems of an objective's log queries that do not depend on which entries there are. */
export function logQueryProblems(
  counters: PrometheusCounters,
  names: (counter: CounterName) => string,
): CounterProblem[] {
  const found: CounterProblem[] = [];
  const texts = new Map<string, CounterName>();
  for (const counter of counterNames) {
    const text = counters[counter];
    if (text === undefined) continue;
    const place = names(counter);
    const query = parseLogQuery(text);
    if (!query) {
      found.push({
        place,
        problem: `${text}: expected a log query of Loki, without functions and ranges, such as {app="ocr",revision="$revision"} | json`,
      });
      continue;
    }
    if (!tellsRevisions(query))
      found.push({
        place,
        problem:
          'expected $revision as the value of a label, such as revision="$revision" in the braces or | revision="$revision" behind them, because each revision is counted separately',
      });
    const same = texts.get(logQueryText(query));
    if (same) found.push({ place, problem: `expected another query than ${names(same)}` });
    texts.set(logQueryText(query), counter);
  }
  return found;
}
