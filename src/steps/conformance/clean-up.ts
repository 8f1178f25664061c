import { type Found, type Kind, removable } from '../../domain/conformance/names.ts';
import type { Left } from '../../domain/conformance/result.ts';
import { listOf, objectOf, textOf, textOrEmpty, valueAt } from '../../domain/data/json.ts';
import { encodeName } from '../../domain/data/resource-name.ts';
import { messageOf } from '../../domain/errors/errors.ts';
import type { Clock } from '../ports/clock.ts';
import { inventory } from './inventory.ts';
import type { Answer, Ask, Cloud, Journal } from './ports.ts';

export interface CleanUp {
  cloud: Cloud;
  clock: Clock;
  journal: Journal;
  project: string;
  region: string;
  pollMs: number;
  /** Remove everything of ours, also what another run may still use. */
  all: boolean;
  deadlineMs: number;
  signal: AbortSignal;
}

export interface Cleaned {
  removed: number;
  left: Left[];
}

/** A service goes with its function, and an account may be in use by both. */
const order: readonly Kind[] = ['function', 'service', 'account', 'bucket'];

/**
 * Removes what this machine's journal names, and what has expired: by label, and never anything else. It looks again until
 * nothing is left, since a create whose answer was lost can still arrive. What stays is told, with its reason.
 */
export async function cleanUp(options: CleanUp): Promise<Cleaned> {
  const { cloud, clock, journal, project, region, all, signal } = options;
  const end = clock.steady() + options.deadlineMs;
  const removed = new Set<string>();
  let failures = new Map<string, string>();
  for (;;) {
    let found: Found[];
    try {
      found = await inventory(cloud, project, region, signal);
    } catch (error) {
      return { removed: removed.size, left: [{ name: `${project}/${region}`, why: messageOf(error) }] };
    }
    const runs = new Set(journal.entries().map(({ run }) => run));
    const ours = found.filter((one) => removable(one, runs, clock.now(), all));
    const here = new Set(ours.map(({ name }) => name));
    if (ours.length === 0 || clock.steady() >= end || signal.aborted) {
      const left = ours.map(({ name }) => ({
        name,
        why: failures.get(name) ?? 'The time for cleaning up was over.',
      }));
      for (const { name } of journal.entries()) if (!here.has(name)) journal.remove(name);
      return { removed: removed.size, left };
    }
    failures = new Map();
    for (const kind of order)
      for (const one of ours.filter((each) => each.kind === kind)) {
        const failure = await remove(options, one, end).catch(messageOf);
        if (failure === undefined) removed.add(one.name);
        else failures.set(one.name, failure);
      }
    // Who may not delete something now may not delete it a second later either.
    if (failures.size === ours.length && [...failures.values()].every((why) => /^40[13]\b/.test(why)))
      return { removed: removed.size, left: [...failures].map(([name, why]) => ({ name, why })) };
    if (failures.size > 0) await clock.sleep(options.pollMs, signal).catch(() => {});
  }
}

/** Deletes one resource and waits until it is gone. Returns why it could not. */
async function remove(
  { cloud, clock, project, pollMs, signal }: CleanUp,
  { kind, name }: Found,
  end: number,
): Promise<string | undefined> {
  if (kind === 'bucket') return removeBucket(cloud, name, signal);
  const api = kind === 'function' ? 'cloudfunctions' : kind === 'service' ? 'run' : 'iam';
  const path =
    kind === 'account'
      ? `v1/projects/${project}/serviceAccounts/${encodeURIComponent(name)}`
      : `v2/${encodeName(name)}`;
  const call: Ask = { api, method: 'DELETE', path, repeatable: true };
  const answer = await cloud.ask(call, signal);
  const why = refusal(answer);
  if (why !== undefined || answer.status === 404 || kind === 'account') return why;
  const look: Ask = { api, method: 'GET', path };
  while (clock.steady() < end) {
    if ((await cloud.ask(look, signal)).status === 404) return undefined;
    await clock.sleep(pollMs, signal);
  }
  return 'It is still being deleted.';
}

const refusal = ({ status, body }: Answer): string | undefined =>
  status < 400 || status === 404
    ? undefined
    : `${status} ${textOf(valueAt(body, 'error.message')) ?? 'was the answer'}`;

/** Only an empty bucket can be deleted. What soft delete keeps in it goes by itself. */
async function removeBucket(cloud: Cloud, name: string, signal: AbortSignal): Promise<string | undefined> {
  const path = `storage/v1/b/${encodeURIComponent(name)}`;
  const list: Ask = { api: 'storage', method: 'GET', path: `${path}/o`, query: { versions: 'true' } };
  const found = await cloud.ask(list, signal);
  for (const item of listOf(found.body.items).map(objectOf)) {
    const object = `${path}/o/${encodeURIComponent(textOrEmpty(item.name))}`;
    const query = { generation: textOrEmpty(item.generation) };
    const why = refusal(
      await cloud.ask({ api: 'storage', method: 'DELETE', path: object, query, repeatable: true }, signal),
    );
    if (why !== undefined) return why;
  }
  return refusal(await cloud.ask({ api: 'storage', method: 'DELETE', path, repeatable: true }, signal));
}
