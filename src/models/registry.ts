import type { ModelPlace } from '../domain/preflight/use.ts';
import type { NoteProblem } from '../domain/report/input-problem.ts';
import { orList } from '../domain/text/sentence.ts';
import type { ModelRegistry } from '../steps/ports/model.ts';
import type { ModelWorld, RegistryDefinition } from './definition.ts';
import { file } from './file/definition.ts';
import { gs } from './gs/definition.ts';
import { mlflow } from './mlflow/definition.ts';
import { vertex } from './vertex/definition.ts';

/** Every kind of registry of models. Its code is loaded only if a reference names it. A path comes last: it has no prefix. */
export const registries = { mlflow, vertex, gs, file } satisfies Record<string, RegistryDefinition>;

const all = Object.values(registries) as unknown as RegistryDefinition[];

/** For the description of the input. */
export const referenceSentence = orList(all.map(({ example, sentence }) => `\`${example}\` (${sentence})`));

type Inputs = (typeof registries)[keyof typeof registries]['inputs'];
type UnionToIntersection<U> = (U extends unknown ? (one: U) => void : never) extends (all: infer I) => void
  ? I
  : never;

/** The inputs of all registries. */
export const registryInputs = Object.assign(
  {},
  ...all.map(({ inputs }) => inputs),
) as UnionToIntersection<Inputs>;

/** A reference that could be read, with the registry that it names. */
interface Asked {
  definition: RegistryDefinition;
  text: string;
  reference: unknown;
}

/** Reads a reference. Throws an error whose message begins with "expected". */
export function parseReference(text: string): Asked {
  const definition = all.find(({ prefix }) => text.startsWith(prefix));
  const known = definition !== undefined && (definition.prefix !== '' || !/^[a-z][a-z0-9+.-]*:/i.test(text));
  if (!known) throw new Error(`expected one of ${all.map(({ example }) => example).join(', ')}`);
  return { definition, text, reference: definition.parse(text.slice(definition.prefix.length)) };
}

/** How to open the registry of a reference. Notes problems of its inputs. */
export function chooseRegistry(
  text: string,
  values: Readonly<Record<string, unknown>>,
  problem: NoteProblem,
): {
  hasAliases: boolean;
  takesAlias(alias: string): boolean;
  place: ModelPlace | undefined;
  open(world: ModelWorld): Promise<ModelRegistry>;
} {
  const { definition, reference } = parseReference(text);
  const settings = definition.settings(values, reference, problem);
  return {
    hasAliases: definition.hasAliases === true,
    place: definition.placeOf?.(reference),
    takesAlias: (alias) => definition.aliasPattern?.test(alias) ?? true,
    open: (world) => definition.open(world, { text, reference }, settings),
  };
}
