import { isOwn } from '../../domain/alerting/google/names.ts';
import { textMapOf, textOf } from '../../domain/data/json.ts';
import type { Rest } from '../../http/rest.ts';
import { everyPage } from './pages.ts';

/** A snooze whose run died ends by itself after this time. */
export const mostSnoozeMs = 30 * 60_000;
/** Google takes at most so many policies in one snooze. */
const mostPolicies = 16;

export interface Snoozed {
  /** Full names of the snoozes. */
  names: string[];
  policies: number;
  /** When they end by themselves, in milliseconds since the epoch. */
  until: number;
}

const iso = (at: number) => new Date(at).toISOString();

/**
 * Silences the alert policies that `actions/slo` made for an SLO. Those of others go on. What it has made is in the result at once, so
 * that it can be ended even if a later call fails.
 * @param begun called before the first write, if there is a policy
 */
export async function beginSnooze(
  rest: Rest,
  { project, slo, service, now }: { project: string; slo: string; service: string; now: number },
  begun: (snoozed: Snoozed) => void,
  signal: AbortSignal,
): Promise<void> {
  const parent = `v3/projects/${project}`;
  const all = await everyPage(
    rest,
    { path: `${parent}/alertPolicies`, field: 'alertPolicies', fields: undefined },
    signal,
  );
  const policies = all
    .filter(({ userLabels }) => isOwn(textMapOf(userLabels), slo))
    .flatMap(({ name }) => textOf(name) ?? []);
  if (policies.length === 0) return;
  const until = now + mostSnoozeMs;
  const names: string[] = [];
  begun({ names, policies: policies.length, until });
  for (let at = 0; at < policies.length; at += mostPolicies) {
    const { body } = await rest.call({
      ...{ api: 'monitoring', method: 'POST', path: `${parent}/snoozes`, signal },
      body: {
        displayName: `Release of ${service}`,
        criteria: { policies: policies.slice(at, at + mostPolicies) },
        interval: { startTime: iso(now), endTime: iso(until) },
      },
    });
    const name = textOf(body.name);
    if (name !== undefined) names.push(name);
  }
}

/** Ends snoozes now. They cannot be deleted, and each has to end after its start. */
export async function endSnooze(
  rest: Rest,
  { names, until }: Snoozed,
  now: number,
  signal: AbortSignal,
): Promise<void> {
  const ends = await Promise.allSettled(
    names.map((name) =>
      rest.call({
        ...{ api: 'monitoring' as const, method: 'PATCH' as const, path: `v3/${name}`, signal },
        query: { updateMask: 'interval.endTime' },
        body: { interval: { endTime: iso(Math.max(now, until - mostSnoozeMs + 1000)) } },
        retry: 'repeatable-write',
        deadlineMs: 10_000,
      }),
    ),
  );
  const failed = ends.find((end) => end.status === 'rejected');
  if (failed) throw failed.reason;
}
