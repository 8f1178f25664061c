import type { Doubt } from './doubts/doubt.ts';
import type { Exposure } from './exposure.ts';
import type { ExposureFacts } from './facts.ts';
import type { Leak } from './leaks.ts';
import type { Way } from './ways/way.ts';
import { countWays } from './ways/ways.ts';

/** What the reason is written from. */
export interface Basis {
  exposure: Exposure;
  ways: readonly Way[];
  doubts: readonly Doubt[];
  /** The function looks private, but the proof is partial and a complete one was required. */
  tooWeak: boolean;
  /** The function is private, but the public can take it over or read its source. */
  leak: Leak | undefined;
}

/** The verdict in words: one or two sentences. */
export function reasonFor(facts: ExposureFacts, basis: Basis): string {
  const { name } = facts.target;
  const { exposure, ways, doubts, tooWeak, leak } = basis;
  if (exposure === 'public') return publicReason(name, ways);
  if (exposure === 'unknown') return unknownReason(name, doubts);
  if (tooWeak)
    return `${name} looks private, but require_proof is complete and the guard could not read ${list(doubts)}.`;
  if (leak) return `${name} cannot be called without a token, but ${leak.clause}.`;
  if (!facts.exists) return `${name} does not exist yet. Nothing that it would inherit makes it public.`;
  const refused = facts.probes.filter(({ class: klass }) => klass !== 'no-answer').length;
  const gaps = doubts.length > 0 ? ` Not read: ${list(doubts)}.` : '';
  return `${name} is private: no binding lets anyone in, the invoker check is on, and ${refused} anonymous requests were refused.${gaps}`;
}

function list(doubts: readonly Doubt[], most = 3): string {
  const shown = doubts
    .slice(0, most)
    .map(({ what }) => what)
    .join('; ');
  return doubts.length > most ? `${shown} and ${doubts.length - most} more` : shown;
}

function publicReason(name: string, ways: readonly Way[]): string {
  const first = ways.find(({ certain }) => certain) ?? ways[0];
  const others = countWays(ways) - 1;
  const more = others > 0 ? ` (and ${others} more ${others === 1 ? 'way' : 'ways'} in)` : '';
  return `${name} is public: ${first?.clause ?? 'it answered'}${more}.`;
}

function unknownReason(name: string, doubts: readonly Doubt[]): string {
  const blocking = doubts.filter(({ blocks }) => blocks === 'private');
  const first = blocking.find(({ grant }) => grant) ?? blocking[0];
  const others = blocking.length - 1;
  const more = others > 0 ? ` (and ${others} more ${others === 1 ? 'gap' : 'gaps'})` : '';
  const grant = first?.grant
    ? ` Grant it ${first.grant.role}${first.grant.command ? `: ${first.grant.command}` : '.'}`
    : '';
  return `Could not check whether ${name} is private: ${first?.clause ?? 'the reads failed'}${more}.${grant}`;
}
