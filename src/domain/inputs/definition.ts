import type { ActionName } from '../report/report.ts';
import type { Kind, Shown } from './kind.ts';

/** What differs in one action that takes the input. */
export interface Use {
  required?: true;
  /** It must be set unless this other input is. */
  requiredUnless?: string;
  default?: string;
  otherwise?: string;
  sentence?: string;
  example?: string;
  kind?: Kind<unknown>;
}

/** An input, declared once. action.yml, the README tables and the reader come from it. */
export interface Definition {
  kind: Kind<unknown>;
  /** What it does, in plain sentences, without default and example. */
  sentence: string;
  /** A valid value, as a user writes it. */
  example: string;
  /** The value of an unset input, as a user would write it. The parser reads it. */
  default?: string;
  /** What an unset input means if no value can say it, such as "what is live". */
  otherwise?: string;
  /** How much of the value may be shown, if it differs from what the kind allows. */
  shown?: Shown;
  /** Masks the value in the log and hides it everywhere else. */
  secret?: true;
  /** A GitHub expression for `default:` in action.yml. Only GitHub can evaluate it. */
  expression?: string;
  /** The root README lists it. */
  essential?: true;
}

/** A definition with the actions that take the input. */
export interface UsedDefinition extends Definition {
  usedBy: Partial<Record<ActionName, Use>>;
}

export type Definitions = Readonly<Record<string, Definition>>;
export type UsedDefinitions = Readonly<Record<string, UsedDefinition>>;

/** Inputs that every table lists together. */
export interface Group<D extends UsedDefinitions = UsedDefinitions> {
  title: string;
  inputs: D;
}

/** Checks a group and keeps its exact type, from which the types of the values follow. */
export function group<const D extends UsedDefinitions>(title: string, inputs: D): Group<D> {
  return { title, inputs };
}

/** Like `group`, for inputs whose actions are added later. */
export function definitions<const D extends Definitions>(inputs: D): D {
  return inputs;
}

/** Gives each of several inputs the same actions. */
export function usedBy<D extends Definitions, const U extends UsedDefinition['usedBy']>(
  inputs: D,
  uses: U,
): { readonly [N in keyof D]: D[N] & { readonly usedBy: U } } {
  const entries = Object.entries(inputs).map(([name, input]) => [name, { ...input, usedBy: uses }]);
  return Object.fromEntries(entries);
}

type Parsed<K> = K extends Kind<infer T> ? T : never;
type UseOf<D, A extends ActionName> = D extends { usedBy: infer U }
  ? A extends keyof U
    ? U[A]
    : never
  : never;
type KindOf<D, A extends ActionName> =
  UseOf<D, A> extends { kind: infer K } ? K : D extends { kind: infer K } ? K : never;
type IsSure<D, A extends ActionName> =
  UseOf<D, A> extends { required: true } | { default: string }
    ? true
    : D extends { default: string }
      ? true
      : false;

/** The parsed type of an input in an action; undefined is possible if it has neither a default nor must be set. */
export type ValueOf<D, A extends ActionName> =
  IsSure<D, A> extends true ? Parsed<KindOf<D, A>> : Parsed<KindOf<D, A>> | undefined;

/** The values of a source's own inputs, before the table gives them their actions. */
export type OwnValues<D extends Definitions> = {
  readonly [N in keyof D]: D[N] extends { default: string }
    ? Parsed<D[N]['kind']>
    : Parsed<D[N]['kind']> | undefined;
};
