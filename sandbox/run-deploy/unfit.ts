import { invalidArgument } from '../core/errors.ts';
import type { World } from '../core/state.ts';
import { concurrencyProblem, sizeProblem } from '../run/size.ts';
import { settingsOf, type Template, withDefaults } from './template.ts';

/** Refuses a size that Cloud Run does not have. Unlike Cloud Functions, Cloud Run does so before it answers. */
export function unfit(world: World, template: Template): void {
  const settings = settingsOf(withDefaults(world, template));
  const problem = concurrencyProblem(settings) ?? sizeProblem(settings);
  if (problem)
    throw invalidArgument(`${problem.field}: ${problem.why}`, [
      { field: problem.field, description: problem.why },
    ]);
}
