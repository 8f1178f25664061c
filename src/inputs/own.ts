import type { ActionName } from '../domain/report/report.ts';
import { type Declared, declaredBy } from './declared.ts';
import { own } from './of/by-action.ts';
import { setInputs } from './unknown.ts';

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
