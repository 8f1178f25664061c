import type { Unread } from '../exposure/facts.ts';
import type { Severity } from '../findings/rule.ts';
import type { PostureRule } from '../findings/rules/posture.ts';
import type { PostureFacts } from './facts.ts';

/** How a protection stands. `bypassable`: it exists, and a way around it exists too. */
export type State = 'present' | 'bypassable' | 'absent' | 'not applicable' | 'unknown';

/** Something that is missing, or a way around a protection, with the smallest repair. */
export interface Hole {
  /** Tells it from other holes of the same protection, from run to run. */
  about: readonly string[];
  /** One sentence. */
  text: string;
  severity: Severity;
  /** One sentence: what to do. It ends with a colon if commands follow. */
  fix: string;
  commands?: readonly string[] | undefined;
  /** The call that shows it, if it is another one than the row's. */
  call?: string | undefined;
}

/** What a protection says about the facts. */
export interface Judged {
  state: State;
  /** What was seen, as one sentence. */
  saw: string;
  /** The call that shows it. Empty if no call was needed. */
  call: string;
  holes: readonly Hole[];
  /** Permissions that this identity lacks. */
  permissions?: readonly string[] | undefined;
}

/** One line of the table. */
export interface Protection {
  id: PostureRule;
  title: string;
  judge(facts: PostureFacts): Judged;
}

export interface Row extends Judged {
  id: PostureRule;
  title: string;
}

export const present = (saw: string, call: string): Judged => ({ state: 'present', saw, call, holes: [] });

export const notApplicable = (saw: string, call = ''): Judged => ({
  state: 'not applicable',
  saw,
  call,
  holes: [],
});

export const absent = (saw: string, call: string, hole: Hole): Judged => ({
  state: 'absent',
  saw,
  call,
  holes: [hole],
});

/** A protection that exists: present, unless there is a way around it. */
export const withHoles = (saw: string, call: string, holes: readonly Hole[]): Judged => ({
  state: holes.length > 0 ? 'bypassable' : 'present',
  saw,
  call,
  holes,
});

/** A read without a result. It is never a pass. */
export function unread(what: string, reading: Unread, others: readonly Unread[] = []): Judged {
  const all = [reading, ...others];
  const permissions = [...new Set(all.flatMap(({ permission }) => permission ?? []))];
  const because = {
    denied: `this identity lacks ${reading.permission ?? 'a permission'}`,
    absent: 'it does not exist',
    'api-off': 'its API is not enabled',
    failed: reading.detail.replace(/[.\s]+$/, '').slice(0, 160),
  }[reading.cause];
  return {
    state: 'unknown',
    saw: `${what} not read: ${because}.`,
    call: reading.call,
    holes: [],
    permissions,
  };
}

/** Holes that were found count even if another read failed. Without one, the failed read decides. */
export function unlessUnread(judged: Judged, what: string, failed: readonly Unread[]): Judged {
  const [first, ...others] = failed;
  if (first === undefined) return judged;
  const missing = unread(what, first, others);
  return judged.holes.length > 0
    ? { ...judged, saw: `${judged.saw} ${missing.saw}`, permissions: missing.permissions }
    : missing;
}
