import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { BeliefId } from '../../../src/domain/conformance/catalog.ts';
import type { Answer, Ask, Cloud } from '../../../src/steps/conformance/ports.ts';
import type { Ran } from '../../../src/steps/conformance/run.ts';
import { type ConformanceWorld, conformanceWorld } from '../../support/conformance-world.ts';

let world: ConformanceWorld;
beforeAll(async () => {
  world = await conformanceWorld();
}, 300_000);
afterAll(() => world?.sandbox.stop());
afterEach(() => world.clean(true));

const refusal = (code: number, message: string): Answer => ({
  status: code,
  body: { error: { code, message } },
});

/** A cloud that refuses some calls. */
const refusing =
  (rule: (call: Ask) => Answer | undefined) =>
  (cloud: Cloud): Cloud => ({ ...cloud, ask: async (call, signal) => rule(call) ?? cloud.ask(call, signal) });

const verdictsOf = ({ settled }: Ran) => new Map(settled.map((one) => [one.belief, one]));
const failures = ({ ends }: Ran) =>
  ends.flatMap(({ probe, failure }) => (failure === undefined ? [] : [[probe, failure]]));

describe('a project in which less is possible', () => {
  test('a policy forbids to turn the invoker check off: that belief stays open, the others are settled', async () => {
    const ran = await world.run(
      ['update'],
      refusing(({ query }) =>
        query?.updateMask?.includes('invokerIamDisabled') && query.updateMask.includes('traffic')
          ? refusal(400, 'Constraint run.managed.requireInvokerIam violated.')
          : undefined,
      ),
    );
    expect(failures(ran)).toEqual([]);
    const verdicts = verdictsOf(ran);
    expect(verdicts.get('functionPatchResetsInvokerIam')).toMatchObject({
      verdict: 'not settled',
      why: expect.stringContaining('A policy of your organisation may forbid it'),
    });
    for (const id of ['functionPatchKeepsPin', 'functionPatchResetsSettings'] satisfies BeliefId[])
      expect([id, verdicts.get(id)?.verdict]).toEqual([id, 'holds']);
  });

  test('Google takes no conditions on a service: the run goes on without them', async () => {
    const ran = await world.run(
      ['access'],
      refusing(({ path, body }) =>
        path.endsWith(':setIamPolicy') && JSON.stringify(body).includes('condition')
          ? refusal(400, 'Conditions are not supported.')
          : undefined,
      ),
      { patience: 150 },
    );
    expect(failures(ran)).toEqual([]);
    expect(verdictsOf(ran).get('conditionsSeeRunServices')).toMatchObject({
      verdict: 'not settled',
      why: 'Google did not take the policy with its conditions.',
    });
    expect(verdictsOf(ran).get('trafficPatchNeedsActAs')?.verdict).toBe('holds');
  });

  test('the log stays empty: its beliefs stay open, and nothing is called contradicted', async () => {
    const ran = await world.run(
      ['logs'],
      refusing(({ path }) => (path === 'v2/entries:list' ? { status: 200, body: {} } : undefined)),
      { patience: 150 },
    );
    expect(failures(ran)).toEqual([]);
    expect(ran.settled.filter(({ verdict }) => verdict === 'contradicted')).toEqual([]);
    for (const id of ['refusedHasRevision', 'ingressRefusalIsLogged', 'hangUpIs499'] satisfies BeliefId[])
      expect([id, verdictsOf(ran).get(id)?.verdict]).toEqual([id, 'not settled']);
  });

  test('a permission is missing: the probe says which, those behind it say whom they waited for, the others run', async () => {
    const message = "Permission 'cloudfunctions.functions.create' denied.";
    const ran = await world.run(
      ['service', 'create', 'update'],
      refusing(({ method, path }) =>
        method === 'POST' && path.endsWith('/functions') ? refusal(429, message) : undefined,
      ),
    );
    expect(failures(ran)).toEqual([
      ['create', expect.stringContaining(message)],
      ['update', 'It needs "A throw-away function", which failed.'],
    ]);
    expect(verdictsOf(ran).get('revisionShowsDigest')?.verdict).toBe('holds');
    expect(verdictsOf(ran).get('functionPatchKeepsPin')?.why).toContain('It needs "A throw-away function"');
  });

  test('the invoker check stays off: nothing opens ingress', async () => {
    const opened: Ask[] = [];
    const ran = await world.run(
      ['access'],
      refusing((call) => {
        const { query, body } = call;
        if (body?.ingress === 'INGRESS_TRAFFIC_ALL') opened.push(call);
        return query?.updateMask?.includes('invokerIamDisabled') && body?.invokerIamDisabled === false
          ? refusal(403, 'denied')
          : undefined;
      }),
    );
    expect(failures(ran).map(([probe]) => probe)).toEqual(['update', 'access']);
    expect(failures(ran)[0]?.[1]).toContain('could not be turned on again');
    expect(opened).toEqual([]);
  });
});

describe('a busy network', () => {
  /** Calls of `/slow` that take longer on their way than in the function: the first `many` of them. */
  const late =
    (many: number) =>
    (cloud: Cloud): Cloud => ({
      ...cloud,
      call: async (url, ...rest) => {
        if (/mark=\w+-slow-/.test(url) && many-- > 0) await new Promise((done) => setTimeout(done, 600));
        return cloud.call(url, ...rest);
      },
    });

  test.each([
    [1, 'holds'],
    [3, 'not settled'],
  ])('%d slow calls are late: %s', async (many, verdict) => {
    const ran = await world.run(['logs'], late(many));
    expect(failures(ran)).toEqual([]);
    expect(verdictsOf(ran).get('logTimestampIsStart')).toMatchObject({ verdict });
  });
});
