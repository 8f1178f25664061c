import type { Group } from '../domain/inputs/definition.ts';
import type { ActionName } from '../domain/report/report.ts';
import { type Declared, declaredBy } from './declared.ts';
import { setInputs } from './unknown.ts';

/** The groups of inputs that an action takes, in the order of the table. An action without a line here loads all of them. */
export const own: Readonly<Partial<Record<ActionName, () => Promise<{ groups: readonly Group[] }>>>> = {
  auth: () => import('./of/auth.ts'),
  check: () => import('./of/check.ts'),
  deploy: () => import('./of/deploy.ts'),
  doctor: () => import('./of/doctor.ts'),
  gateway: () => import('./of/gateway.ts'),
  guard: () => import('./of/guard.ts'),
  logs: () => import('./of/logs.ts'),
  rollback: () => import('./of/rollback.ts'),
  slo: () => import('./of/slo.ts'),
  'smoke-test': () => import('./of/smoke-test.ts'),
  watch: () => import('./of/watch.ts'),
};

/** Loads the inputs of one action: most actions need few of them, and each source of counts brings a lot of its own. */
export async function loadInputs(
  action: ActionName,
  env: Readonly<Record<string, string | undefined>>,
): Promise<Declared> {
  const groups = (await own[action]?.())?.groups;
  const declared = groups && declaredBy(groups);
  // The message about an input of another action says which action takes it.
  if (declared && setInputs(env).every((name) => Object.hasOwn(declared.of(action), name))) return declared;
  return (await import('./table.ts')).wholeTable;
}
