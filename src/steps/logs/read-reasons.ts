import { messageOf, ReleaseError } from '../../domain/errors/errors.ts';
import type { RunNames } from '../../domain/errors/facts.ts';
import { entryFields, isOfRevision } from '../../domain/logs/entry.ts';
import { type LogsEvidence, linesOf } from '../../domain/logs/evidence.ts';
import { type Explained, type ExplainOptions, explainEntries } from '../../domain/logs/explain.ts';
import { firstLogged } from '../../domain/logs/first-logged.ts';
import { earlierFilter, isPlace, type LogPlace, reasonFilter, reasonPage } from '../../domain/logs/query.ts';
import type { Clock } from '../ports/clock.ts';
import type { FoundEntries, LogEntries } from '../ports/log-entries.ts';

export interface ReasonPorts {
  entries: LogEntries;
  /** What the service takes at once, as a sentence, by one call without repetition. */
  supply?(place: LogPlace, deadlineMs: number, signal?: AbortSignal): Promise<string | undefined>;
  clock: Clock;
}

export interface ReasonRequest extends ExplainOptions {
  place: LogPlace;
  /** The window, in milliseconds since the epoch. Without `until` it ends now. */
  since: number;
  until?: number | undefined;
  /** Names for the repair, if the log cannot be read. */
  names: RunNames;
  /** True to throw if the log cannot be read. Beside a failure that is a value, because the log only helps to explain it. */
  strict?: true | undefined;
  /** Milliseconds for everything together. */
  deadlineMs: number;
  signal?: AbortSignal | undefined;
}

/** Entries of one answer: enough for a stack trace of each of a few requests. */
const mostEntries = 300;
/** Entries arrive late by about a second. */
const waitMs = 1200;
/** Calls, whatever they ask for: the failure comes first, and this only explains it. */
const mostCalls = 3;
/** Less time than this is not enough for a call. */
const leastMs = 200;
/** Google's clock, which the entries carry, may be ahead of ours. */
const skewMs = 5000;
export const daysBefore = 7;
const dayMs = 86_400_000;
const mostTypes = 5;

/**
 * Reads what the log of a service says about a failure: at most three calls, and no longer than the deadline. A refusal is a value,
 * because the log only helps to explain something that has failed already. Throws only if the run was cancelled, or if `strict` asks for it.
 */
export async function readReasons(
  { entries, supply, clock }: ReasonPorts,
  request: ReasonRequest,
): Promise<LogsEvidence> {
  const { place, since, signal } = request;
  const deadline = clock.steady() + request.deadlineMs;
  const left = () => deadline - clock.steady();
  const now = () => request.until ?? clock.now() + skewMs;
  let calls = 0;
  let raw: FoundEntries = { entries: [], more: false };
  let unreadable: string | undefined;
  let refusal: unknown;

  const ask = async (filter: string, fields = entryFields): Promise<FoundEntries | undefined> => {
    const isFirst = calls++ === 0;
    if (left() < leastMs) return undefined;
    try {
      return await entries.newest(
        place.project,
        { filter, fields, most: mostEntries, deadlineMs: left() },
        signal,
      );
    } catch (error) {
      if (signal?.aborted || (request.strict && isFirst)) throw error;
      refusal = error;
      unreadable = messageOf(error);
      return undefined;
    }
  };

  let explained: Explained = { groups: [], errors: [], clear: false };
  if (!isPlace(place)) unreadable = 'The names of the service, its region or its revision are not valid.';
  else {
    look(await ask(reasonFilter(place, since, now())));
    // The log is late, or all went well but slowly.
    if (!explained.clear && unreadable === undefined) {
      if (request.until === undefined && left() > waitMs + leastMs) await clock.sleep(waitMs, signal);
      const more = await ask(reasonFilter(place, since, now(), request.slowMs));
      look(more);
      // The first call has read the log.
      unreadable = undefined;
    }
  }
  // Silence means nothing if more could have been read.
  if (explained.groups.length === 0 && raw.more)
    unreadable ??=
      'It has more entries than could be searched in time, and none of those that were says why.';
  const taken = await supplied();
  const fresh = unreadable === undefined ? await newErrors() : undefined;
  return {
    service: place.service,
    revision: place.revision,
    since: new Date(since).toISOString(),
    until: new Date(now()).toISOString(),
    shows: request.text ? 'text' : 'fields',
    entries: raw.entries.length,
    groups: explained.groups,
    ...(taken === undefined ? {} : { supply: taken }),
    ...(fresh ? { new_errors: fresh, new_since_days: daysBefore } : {}),
    link: reasonPage(place, since, now()),
    ...(unreadable === undefined ? {} : await unreadText(refusal, unreadable, request.names)),
  };

  function look(found: FoundEntries | undefined): void {
    if (!found || (found.more && found.entries.length === 0 && raw.entries.length > 0)) return;
    // A request without a free instance may name no revision, and one that names another is not of this failure.
    raw = { ...found, entries: found.entries.filter((entry) => isOfRevision(entry, place.revision)) };
    explained = explainEntries(raw.entries, request);
  }

  /** What the service takes, if an entry says that no instance was free. That entry alone says what happened. */
  async function supplied(): Promise<string | undefined> {
    const isFull = linesOf(explained).some(({ kind }) => kind === 'no-instance');
    if (!supply || !isFull || calls >= mostCalls || left() < leastMs) return undefined;
    calls++;
    try {
      return await supply(place, left(), signal);
    } catch (error) {
      if (signal?.aborted) throw error;
      return undefined;
    }
  }

  /** Which exceptions no other revision has logged. Undefined if there is none, or if that could not be asked. */
  async function newErrors(): Promise<LogsEvidence['new_errors']> {
    if (place.revision === undefined) return undefined;
    const errors = explained.errors
      .filter(({ type }) => /^[A-Za-z_][\w.]{2,79}$/.test(type))
      .slice(0, mostTypes);
    if (errors.length === 0 || calls >= mostCalls) return undefined;
    const types = [...new Set(errors.map(({ type }) => (type === 'panic' ? 'panic:' : type)))];
    const earlier = await ask(earlierFilter(place, types, since - daysBefore * dayMs, now()));
    // It only adds to the explanation, so a refusal of this call alone is no news.
    unreadable = undefined;
    if (!earlier) return undefined;
    const fresh = firstLogged(errors, earlier.entries);
    // Whatever was not read may hold the same exception.
    return earlier.more && fresh.length > 0 ? undefined : fresh;
  }
}

/** Why the log could not be read, with the grant that is missing if Google names it. */
async function unreadText(
  error: unknown,
  text: string,
  names: RunNames,
): Promise<Pick<LogsEvidence, 'unreadable' | 'fix' | 'commands'>> {
  const facts = error instanceof ReleaseError ? error.facts : undefined;
  if (!facts) return { unreadable: text };
  const { explain } = await import('../../domain/causes/explain.ts');
  const cause = explain(facts, names);
  return cause
    ? { unreadable: cause.why ?? text, fix: cause.fix, commands: cause.commands }
    : { unreadable: text };
}
