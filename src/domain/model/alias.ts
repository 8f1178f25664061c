/** What is known when an alias is looked at: the version that serves, and the version that the alias names. */
export interface AliasFacts {
  /** The version of this model that has all the traffic. Undefined if none has, or if what serves carries another model. */
  serving: string | undefined;
  /** The version that the alias names. Undefined if nothing has it. */
  current: string | undefined;
  /** The versions from which this run may take the alias. `undefined` among them: nothing had it. Any other was set by somebody else. */
  mayLeave: readonly (string | undefined)[];
  /** A release is under way, which moves the alias itself when it ends. */
  open: boolean;
}

export type AliasDecision =
  | { do: 'stands' }
  | { do: 'move'; to: string }
  /** The alias stays where it is. `why` continues a sentence. `to`: the version that it should name, if that is known. */
  | { do: 'leave'; why: string; to?: string | undefined };

/**
 * An alias is for people and for jobs: a revision carries its version itself. So the alias follows the traffic, and never the other
 * way round. An alias that somebody else has moved is not touched.
 */
export function decideAlias({ serving, current, mayLeave, open }: AliasFacts): AliasDecision {
  if (serving !== undefined && serving === current) return { do: 'stands' };
  if (open) return { do: 'leave', why: 'a release is under way, which moves it at its end' };
  if (serving === undefined)
    return { do: 'leave', why: 'no single version of this model has all the traffic' };
  if (mayLeave.includes(current)) return { do: 'move', to: serving };
  const where = current === undefined ? 'nothing has it any more' : `it names version ${current}`;
  return { do: 'leave', why: `${where}, which this run has not set`, to: serving };
}

/** What happened to an alias. */
export interface AliasResult {
  alias: string;
  did: 'stands' | 'moved' | 'left' | 'failed';
  /** The version that it named at first, and the one that it names now, if known. */
  from: string | undefined;
  now: string | undefined;
  /** The version that it should name, if that is known. */
  wanted: string | undefined;
  /** What happened, in one sentence without its full stop. */
  reason: string;
  /** The command that sets it right, if it does not name what serves. */
  command: string | undefined;
}
