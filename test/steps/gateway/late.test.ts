import { describe, expect, test } from '@jest/globals';
import { ReleaseError } from '../../../src/domain/errors/errors.ts';
import { readDocument } from '../../../src/domain/gateway/read-document.ts';
import { moveAndProve } from '../../../src/steps/gateway/move.ts';
import type { GatewayPorts, GatewayRequest } from '../../../src/steps/gateway/ports.ts';
import type { GatewayResult, Known } from '../../../src/steps/gateway/result.ts';

/** A move whose answer is lost, and a way back that is refused, on a clock of their own. */

const text = `swagger: '2.0'
securityDefinitions: { key: { type: apiKey, name: x-api-key, in: header } }
security: [{ key: [] }]
paths:
  /a: { get: {} }
`;

function scene(move: (config: string, state: { config: string }) => void) {
  const read = readDocument(text);
  if ('problem' in read) throw new Error(read.problem);
  const names = { api: 'a', gateway: 'projects/p/locations/r/gateways/front', config: 'x/configs/new' };
  const state = { config: 'x/configs/old' };
  let now = 0;
  const events: { at: number; work: () => void }[] = [];
  const sleep = async (ms: number) => {
    now += ms;
    for (const event of events.splice(0)) event.at <= now ? event.work() : events.push(event);
  };
  const fact = () => ({ name: names.gateway, config: state.config, host: 'front.example', state: 'ACTIVE' });
  const ports = {
    clock: { now: () => now, steady: () => now, sleep },
    log: { line: () => {}, warning: () => {}, detail: () => {}, debug: () => {} },
    // Nobody answers as the new configuration does.
    prober: { probe: async () => ({ status: 404, headers: {}, body: '{}', milliseconds: 1 }) },
    random: () => 'abcdef',
    gateways: {
      gateway: async () => fact(),
      move: async (_: string, config: string) => {
        move(config, state);
        return 'operation';
      },
    },
  } as unknown as GatewayPorts;
  const request = {
    ...{ gateway: 'front', file: 'openapi.yaml', paceMs: 1000, timeoutMs: 10_000 },
    ...{ signal: new AbortController().signal, apiKey: 'key' },
  } as unknown as GatewayRequest;
  const known = {
    ...{ names, gateway: fact(), current: undefined, config: undefined },
    wanted: { api: read.api, id: 'new', marked: undefined },
  } as Known;
  const result = { findings: [], changed: [], evidence: {} } as unknown as GatewayResult;
  const changed: string[] = [];
  return {
    state,
    result,
    changed,
    later: (ms: number, work: () => void) => events.push({ at: now + ms, work }),
    run: () => moveAndProve(ports, request, known, result, (what) => void changed.push(what)),
  };
}

describe('a move whose answer was lost', () => {
  test('and that comes late, after the way back, is taken back as well', async () => {
    let isLost = true;
    const it = scene((config, state) => {
      if (config.endsWith('/new')) {
        // It is carried out once, long after the caller has given up.
        if (isLost) it.later(11_000, () => Object.assign(state, { config }));
        isLost = false;
        throw new Error('socket hang up');
      }
      state.config = config;
    });
    await it.run();
    expect(it.state.config).toBe('x/configs/old');
    expect(it.result).toMatchObject({ outcome: 'rolled_back', evidence: { did: 'rolled_back' } });
    expect(it.changed.join(' ')).toContain('again, since the first move came late');
  });

  test('and that never comes needs one way back', async () => {
    const it = scene(() => {
      throw new Error('socket hang up');
    });
    await it.run();
    expect(it.state.config).toBe('x/configs/old');
    expect(it.changed.filter((what) => what.includes('back'))).toHaveLength(1);
  });
});

test('a way back that Google refuses says from where to where, so that it can be tried again', async () => {
  const it = scene((config, state) => {
    if (config.endsWith('/old'))
      throw Object.assign(new ReleaseError('permission-denied', { what: 'no' }), { status: 403 });
    state.config = config;
  });
  await it.run();
  expect(it.result).toMatchObject({
    ...{ outcome: 'held', evidence: { did: 'stuck' } },
    moved: { from: 'x/configs/old', to: 'x/configs/new' },
  });
});
