import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { LATEST, runState } from '../../../sandbox/run/model.ts';
import { type FastTime, installFastTime } from '../../support/fast-time.ts';
import { isTurn } from '../../support/part.ts';
import { ReleaseWorld } from '../../support/release-world.ts';
import { dies, measureService, openService, postOf, stateOf, trialsOf } from './world.ts';

/** A measurement that is interrupted, by a dead runner or by somebody else's deploy. */
jest.setTimeout(400_000);
let time: FastTime;
let world: ReleaseWorld;
beforeAll(async () => {
  time = installFastTime(10);
  world = await ReleaseWorld.open({}, time.clock, 'run-image');
});
afterAll(async () => {
  await world.close();
  time.restore();
});

/** Any size is fast enough. */
const quick = { latency_threshold: '60s', rate: '8', instance_choices: '4', memory_choices: '256Mi' };

const serviceOf = (name: string) => {
  const found = [...runState(world.sandbox.world).services.values()].find(({ id }) => id === name);
  if (!found) throw new Error(`there is no service ${name}`);
  return found;
};

/** Deploys as another tool would: it starts from the template that it finds. */
async function theirDeploy(name: string): Promise<void> {
  const { env } = world.sandbox;
  const token = readFileSync(env.CLOUDSDK_AUTH_ACCESS_TOKEN_FILE as string, 'utf8').trim();
  const template = {
    ...((await world.service(name))?.raw.template as object),
    revision: `${name}-theirs`,
    timeout: '99s',
  };
  const answer = await fetch(
    `${world.sandbox.world.urls.get('run')}/v2/${world.serviceName(name)}?updateMask=template`,
    {
      method: 'PATCH',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ template }),
    },
  );
  if (!answer.ok) throw new Error(await answer.text());
}

test('a deploy by somebody else meanwhile ends the measurement, and its size stays', async () => {
  await openService(world, 'meanwhile', {});
  let moved: Promise<void> | undefined;
  const restore = world.onCalls(({ api, method }) => {
    if (api === 'invoke' && method === 'POST' && trialsOf(world, 'meanwhile').length > 0)
      moved ??= theirDeploy('meanwhile');
    return undefined;
  });
  const { report } = await measureService(world, 'meanwhile', {
    ...quick,
    memory_choices: '256Mi, 320Mi, 384Mi, 512Mi, 1Gi',
  });
  restore();
  await moved;
  expect(report.errors[0]).toMatchObject({ code: 'deploy-conflict' });
  expect(serviceOf('meanwhile').template).toMatchObject({ revision: 'meanwhile-theirs', timeout: '99s' });
  expect(trialsOf(world, 'meanwhile')).toEqual([]);
  expect((await world.service('meanwhile'))?.annotations).not.toHaveProperty('backstay/capacity');
});

test('a deploy by somebody else before the first configuration, and traffic that follows the newest after it', async () => {
  await openService(world, 'early', {});
  let moved: Promise<void> | undefined;
  const restore = world.onCalls(({ api, method }) => {
    if (api === 'invoke' && method === 'POST') moved ??= theirDeploy('early');
    return undefined;
  });
  const { report } = await measureService(world, 'early', quick);
  restore();
  await moved;
  expect(report.errors[0]).toMatchObject({ code: 'deploy-conflict' });
  expect(report.evidence.capacity).toBeUndefined();
  expect(serviceOf('early').template).toMatchObject({ revision: 'early-theirs' });

  await openService(world, 'follows', {});
  const first = serviceOf('follows').live[0]?.serves;
  let sent: Promise<unknown> | undefined;
  const shares: string[] = [];
  const again = world.onCalls(({ api, method, path }) => {
    const service = serviceOf('follows');
    if (api === 'invoke' && method === 'POST' && trialsOf(world, 'follows').length > 0)
      sent ??= world.setTraffic('follows', [
        ...service.traffic.map((target) => ({ ...target, percent: 0 })).filter(({ tag }) => tag),
        { type: LATEST, percent: 100 },
      ]);
    if (method === 'PATCH' && /updateMask=template,traffic/.test(decodeURIComponent(path)))
      shares.push(JSON.stringify(service.traffic));
    return undefined;
  });
  const later = await measureService(world, 'follows', {
    ...quick,
    memory_choices: '256Mi, 320Mi, 384Mi, 512Mi, 1Gi',
  });
  again();
  await sent;
  expect(first).toBeDefined();
  expect(later.report.errors[0]).toMatchObject({ code: 'deploy-conflict' });
  // The one revision that was there when the traffic was changed is the only one.
  expect(shares).toHaveLength(1);
  expect(trialsOf(world, 'follows')).toEqual([]);
});

describe('killed', () => {
  test('at every second write, the others on other days, before and after it takes effect: the post step puts everything back', async () => {
    await openService(world, 'killed', {});
    const before = await stateOf(world, 'killed');
    let deaths = 0;
    for (let write = 1; ; write++) {
      if (!isTurn(write, 2)) continue;
      let reached = false;
      for (const took of [false, true]) {
        const main = await dies(world, 'killed', { write, took }, quick);
        reached ||= main.reached;
        if (main.reached) deaths++;
        const post = await postOf(world, 'killed', main);
        expect({ write, took, reason: post.report.reason, state: await stateOf(world, 'killed') }).toEqual({
          ...{ write, took, reason: post.report.reason },
          state: before,
        });
        expect(trialsOf(world, 'killed')).toEqual([]);
      }
      if (!reached) break;
      expect(write).toBeLessThan(20);
    }
    expect(deaths).toBeGreaterThan(1);
  });

  test('without a post step: the next run does it first, and a deploy takes no size from a dead measurement', async () => {
    await openService(world, 'next', {});
    const before = await stateOf(world, 'next');
    await dies(world, 'next', { write: 1, took: true }, quick);
    expect(trialsOf(world, 'next').length).toBeGreaterThan(0);
    world.setRun('1001', 'in_progress');
    const early = await measureService(world, 'next', quick, { env: { GITHUB_RUN_ID: '1002' } });
    expect(early.report.errors[0]).toMatchObject({ code: 'capacity-refused' });
    expect(early.report.reason).toContain('is being measured');
    world.setRun('1001', 'completed');
    const ran = await measureService(world, 'next', quick, { env: { GITHUB_RUN_ID: '1002' } });
    expect(ran.report.actions_taken[0]?.what).toContain('put back an interrupted measurement');
    expect(ran.report.verdict).toBe('pass');
    expect(await stateOf(world, 'next')).toBe(before);

    await dies(world, 'next', { write: 1, took: true }, quick);
    const source = world.source([{ status: 200, body: { text: 'ok' } }]);
    const released = await world.release('next', source, {
      inputs: { step_duration: '1s', duration: '1s', slo: 'none', smoke_suite: 'none', canary: 'none' },
      env: { GITHUB_RUN_ID: '1003' },
    });
    expect(released.report.outcome).toBe('promoted');
    const template = serviceOf('next').template as { maxInstanceRequestConcurrency?: number };
    expect(template.maxInstanceRequestConcurrency).not.toBe(1);
  });
});
