import { describe, expect, test } from '@jest/globals';
import { type Look, maySettle, usualSpreadMs } from '../../../src/domain/doctor/settling.ts';
import type { CheckRow } from '../../../src/domain/preflight/row.ts';
import { whenSettled } from '../../../src/steps/setup/settled.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const row = (need: CheckRow['need'], state: CheckRow['state'] = 'missing'): CheckRow => ({
  ...{ need, state, stage: 'State', weight: 'stop' },
});
const permission: CheckRow['need'] = {
  kind: 'permission',
  permission: 'run.services.get',
  place: 'service',
  resource: 'r',
  role: 'x',
};
const api = { kind: 'api', service: 'run.googleapis.com' } as const;
const account = { kind: 'account', place: 'runtime account', account: 'a@b' } as const;
const elsewhere = { kind: 'elsewhere', regions: ['us-central1'] } as const;
const unread = { part: 'logs', state: 'unknown', text: '' } as const;
const look = (more: Partial<Look>): Look => ({ checks: [], rows: [], ...more });
const nothing = { api: false, access: false };
const both = { api: true, access: true };

describe('what may be spread in a moment', () => {
  test.each([
    ['a permission, after a grant', look({ rows: [row(permission)] }), both, true],
    ['a permission that could not be asked for', look({ rows: [row(permission, 'unknown')] }), both, true],
    ['a permission, if nothing was written', look({ rows: [row(permission)] }), nothing, false],
    ['an account, after it was made', look({ rows: [row(account)] }), both, true],
    ['an API, after it was switched on', look({ rows: [row(api)] }), both, true],
    ['an API, if only grants were written', look({ rows: [row(api)] }), { api: false, access: true }, false],
    ['a part that could not be read, after an API was switched on', look({ checks: [unread] }), both, true],
    [
      'a part that could not be read, otherwise',
      look({ checks: [unread] }),
      { api: false, access: true },
      false,
    ],
    ['what no time mends', look({ rows: [row(elsewhere)] }), both, false],
    ['what a release can do without', look({ rows: [{ ...row(permission), weight: 'warn' }] }), both, false],
    ['nothing', look({ rows: [row(permission, 'ok'), row(api, 'ok')] }), both, false],
  ] as const)('%s', (_, seen, made, expected) => {
    expect(maySettle(seen, made)).toBe(expected);
  });
});

describe('looking again', () => {
  const start = () => {
    const lines: string[] = [];
    const log = {
      line: (text: string) => lines.push(text),
      warning: () => {},
      detail: () => {},
      debug: () => {},
    };
    const clock = new VirtualClock();
    return { lines, clock, world: { clock, log: log as never, signal: new AbortController().signal } };
  };

  test('once, if nothing is missing', async () => {
    const { world, clock, lines } = start();
    const began = clock.steady();
    const end = await whenSettled(
      world,
      async () => 'good',
      () => false,
    );
    expect([end, clock.steady() - began, lines]).toEqual([{ seen: 'good', settling: false }, 0, []]);
  });

  test('until it is there, and says once that it waits', async () => {
    const { world, lines } = start();
    let looks = 0;
    const end = await whenSettled(
      world,
      async () => ++looks,
      (seen) => seen < 4,
    );
    expect(end).toEqual({ seen: 4, settling: false });
    expect(lines).toEqual([expect.stringContaining('up to 2 minutes')]);
  });

  test('for as long as Google usually takes, and no longer', async () => {
    const { world, clock } = start();
    const began = clock.steady();
    const end = await whenSettled(
      world,
      async () => 'missing',
      () => true,
    );
    expect(end).toEqual({ seen: 'missing', settling: true });
    expect(clock.steady() - began).toBe(usualSpreadMs);
  });

  test('not at all after an interrupt', async () => {
    const { world } = start();
    const stop = new AbortController();
    const ended = whenSettled(
      { ...world, signal: stop.signal },
      async () => stop.abort(new Error('interrupted')),
      () => true,
    );
    await expect(ended).rejects.toThrow('interrupted');
  });
});
