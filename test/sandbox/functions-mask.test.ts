import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type Client, inline, type Json, openSandbox } from './support/client.ts';

let client: Client;
beforeAll(async () => {
  client = await openSandbox();
});
afterAll(() => client.sandbox.stop());

const patch = (id: string, mask: string | undefined, body: Json) =>
  client.api(
    'cloudfunctions',
    'PATCH',
    `/v2/${client.parent}/functions/${id}${mask === undefined ? '' : `?updateMask=${mask}`}`,
    body,
  );
const settled = async (id: string, mask: string | undefined, body: Json): Promise<Json> => {
  const answer = await patch(id, mask, body);
  expect(answer.status).toBe(200);
  const operation = await client.wait('cloudfunctions', answer.body.name);
  expect(operation.error).toBeUndefined();
  return (await client.function(id)).body;
};

describe('masks', () => {
  let number = 0;
  let id: string;
  beforeEach(async () => {
    id = `f${++number}`;
    await client.deploy(id, inline(200), {
      service: {
        environmentVariables: { A: '1', B: '2' },
        availableMemory: '512M',
        maxInstanceCount: 7,
        timeoutSeconds: 90,
      },
    });
  });

  test.each(['serviceConfig.availableMemory', 'service_config.available_memory'])(
    '%s changes that one field',
    async (mask) => {
      const fn = await settled(id, mask, {
        serviceConfig: { availableMemory: '1Gi', maxInstanceCount: 1, environmentVariables: {} },
      });
      expect(fn.serviceConfig).toMatchObject({
        availableMemory: '1Gi',
        maxInstanceCount: 7,
        timeoutSeconds: 90,
        environmentVariables: { A: '1', B: '2' },
      });
    },
  );

  test('a path without a value clears the field', async () => {
    const fn = await settled(id, 'serviceConfig.environmentVariables,service_config.available_memory', {});
    expect(fn.serviceConfig.environmentVariables).toBeUndefined();
    expect(fn.serviceConfig.availableMemory).toBe('256M');
  });

  test('a map is replaced whole', async () => {
    const fn = await settled(id, 'serviceConfig.environmentVariables', {
      serviceConfig: { environmentVariables: { C: '3' } },
    });
    expect(fn.serviceConfig.environmentVariables).toEqual({ C: '3' });
  });

  test('a path that names a message clears the fields that the body lacks', async () => {
    const fn = await settled(id, 'service_config', { serviceConfig: { timeoutSeconds: 10 } });
    expect(fn.serviceConfig).toMatchObject({
      timeoutSeconds: 10,
      availableMemory: '256M',
      maxInstanceCount: 100,
    });
    expect(fn.serviceConfig.environmentVariables).toBeUndefined();
  });

  test('without a mask everything is replaced, so the body needs a source', async () => {
    const bare = await patch(id, undefined, { serviceConfig: { timeoutSeconds: 10 } });
    expect(bare.status).toBe(400);
    const current = (await client.function(id)).body;
    const fn = await settled(id, undefined, {
      buildConfig: { runtime: 'nodejs24', source: current.buildConfig.source },
    });
    expect(fn.serviceConfig.availableMemory).toBe('256M');
  });

  test("name and environment may be in the mask, as in that of Google's own action", async () => {
    const fn = await settled(id, 'name,environment,labels', {
      name: `${client.parent}/functions/${id}`,
      environment: 'GEN_2',
      labels: { team: 'ocr' },
    });
    expect(fn.labels).toEqual({ team: 'ocr' });
  });

  test('a change without a source makes a new revision without a build', async () => {
    const before = (await client.function(id)).body;
    const fn = await settled(id, 'serviceConfig.timeoutSeconds', { serviceConfig: { timeoutSeconds: 11 } });
    expect(fn.buildConfig.build).toBe(before.buildConfig.build);
    expect(fn.serviceConfig.revision).not.toBe(before.serviceConfig.revision);
  });

  test.each([
    ['an unknown path', 'serviceConfig.memory', {}, /Invalid field mask path 'serviceConfig\.memory'/],
    ['a path into a map', 'labels.team', { labels: { team: 'x' } }, /maps are replaced whole/],
    ['an unknown field', 'labels', { lables: {} }, /Unknown name "lables"/],
    [
      'an unknown enum name',
      'serviceConfig.ingressSettings',
      { serviceConfig: { ingressSettings: 'NOPE' } },
      /Invalid value at 'function\.service_config\.ingress_settings'/,
    ],
    [
      'a wrong type',
      'serviceConfig.timeoutSeconds',
      { serviceConfig: { timeoutSeconds: 'soon' } },
      /TYPE_INT32/,
    ],
    [
      'a runtime that is gone',
      'buildConfig.runtime',
      { buildConfig: { runtime: 'nodejs20' } },
      /decommissioned/,
    ],
    [
      'a runtime that never was',
      'buildConfig.runtime',
      { buildConfig: { runtime: 'node24' } },
      /Could not parse the runtime/,
    ],
    [
      'a reserved variable',
      'serviceConfig.environmentVariables',
      { serviceConfig: { environmentVariables: { PORT: '1' } } },
      /invalid or reserved/,
    ],
  ])('%s gets 400 and changes nothing', async (_, mask, body, message) => {
    const before = (await client.function(id)).body;
    const answer = await patch(id, mask, body);
    expect(answer.status).toBe(400);
    expect(answer.body.error.message).toMatch(message);
    expect((await client.function(id)).body).toEqual(before);
  });

  test('empty and zero values are missing in the answer and count as not set', async () => {
    const fn = await settled(
      id,
      'serviceConfig.minInstanceCount,serviceConfig.timeoutSeconds,serviceConfig.environmentVariables,labels',
      { serviceConfig: { minInstanceCount: 0, timeoutSeconds: 0, environmentVariables: {} }, labels: {} },
    );
    expect(fn.serviceConfig).not.toHaveProperty('minInstanceCount');
    expect(fn.serviceConfig).not.toHaveProperty('environmentVariables');
    expect(fn.serviceConfig.timeoutSeconds).toBe(60);
    expect(fn).not.toHaveProperty('labels');
  });

  test.each([
    ['128M', '0.0833'],
    ['512Mi', '0.3333'],
    ['1G', '0.5833'],
    ['2Gi', '1'],
    ['32Gi', '4'],
  ])('%s of memory come with %s CPU', async (availableMemory, cpu) => {
    const fn = await settled(id, 'serviceConfig.availableMemory', { serviceConfig: { availableMemory } });
    expect(fn.serviceConfig.availableCpu).toBe(cpu);
  });

  test('a concurrency above 1 needs a whole CPU', async () => {
    const concurrency = (cpu: Json) =>
      patch(id, 'serviceConfig.maxInstanceRequestConcurrency,serviceConfig.availableCpu', {
        serviceConfig: { maxInstanceRequestConcurrency: 8, ...cpu },
      }).then(({ body }) => client.wait('cloudfunctions', body.name));
    const refused = await concurrency({});
    expect(refused.error).toMatchObject({ code: 3 });
    expect(refused.error.message).toContain('Total cpu < 1 is not supported with concurrency > 1');
    expect((await concurrency({ availableCpu: '1' })).error).toBeUndefined();
  });
});
