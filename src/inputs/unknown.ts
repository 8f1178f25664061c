import { nearest } from '../domain/data/nearest.ts';
import { actionPath } from '../domain/product.ts';
import type { InputProblem } from '../domain/report/input-problem.ts';
import type { ActionName } from '../domain/report/report.ts';
import type { Declared } from './declared.ts';
import { flagsHint } from './flags.ts';
import { formerNames } from './former.ts';
import { refusedNames } from './refused.ts';

/**
 * Inputs that are set and that the action does not declare. GitHub only warns about them, and if an input is ignored, the action does
 * something else than the user meant. So each of them is an error, except an empty one, which changes nothing.
 */
export function unknownInputs(
  env: Readonly<Record<string, string | undefined>>,
  action: ActionName,
  inputs: Declared,
): InputProblem[] {
  const declared = Object.keys(inputs.of(action));
  return setInputs(env)
    .filter((name) => !declared.includes(name))
    .map((name) => ({
      inputs: [plain(name)],
      problem: `not an input of this action; ${hint(name, declared, env, inputs.takers(name))}`,
    }));
}

/** The names of all inputs that are set, in small letters. */
export const setInputs = (env: Readonly<Record<string, string | undefined>>): string[] =>
  Object.keys(env)
    .filter((variable) => /^INPUT_/i.test(variable) && env[variable]?.trim())
    .map((variable) => variable.slice('INPUT_'.length).toLowerCase());

function hint(
  name: string,
  declared: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  takers: readonly ActionName[],
): string {
  // gcloud and deploy-cloudrun@v3 both have a `source`. Beside `service`, the other name of deploy-cloudrun@v3, it is a container's.
  const asThere = name === 'source' && env.INPUT_SERVICE?.trim() ? 'source of a container' : name;
  const instead = declared.includes('image') ? refusedNames[asThere] : undefined;
  if (instead !== undefined) return instead;
  if (name === 'flags' && declared.includes('image')) return flagsHint(env.INPUT_FLAGS ?? '', declared);
  const former = formerNames[name.replace(/[^a-z0-9]+/g, '_')];
  if (former !== undefined && declared.includes(former)) return `it is called ${former} here`;
  if (takers.length > 3) return 'most of the other actions take it';
  if (takers.length > 1) return `${takers.map(actionPath).join(' and ')} take it`;
  if (takers[0] !== undefined) return `${actionPath(takers[0])} takes it`;
  const near = nearest(name.replace(/[^a-z0-9]+/g, '_'), declared);
  if (near !== undefined) return `did you mean ${near}?`;
  return `remove it (if the variable INPUT_${plain(name).toUpperCase()} of the job serves another purpose, rename the variable)`;
}

/** The name of an input is text of the user as well, so it must be made safe to show. */
const plain = (name: string): string => name.replace(/[^a-z0-9_-]+/g, '?').slice(0, 60);
