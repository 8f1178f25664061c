import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { gatewayState } from '../../../sandbox/gateway/state.ts';
import { permissionChecks } from '../../../src/domain/preflight/permissions.ts';
import { accountEmail, roleName } from '../../../src/domain/setup/names.ts';
import { gatewayRole } from '../../../src/domain/setup/roles.ts';
import { type GatewayWorld, gatewayWorld } from '../../support/gateway-world.ts';
import { setupWorld } from '../../support/setup-world.ts';

/** What `init --may-release-gateways` gives is enough for every write of a gateway's release, and nothing of it is too much. */

jest.setTimeout(300_000);
let w: GatewayWorld;
let role: string;
let account: string;
let count = 0;
beforeAll(async () => {
  w = await gatewayWorld();
  const { sandbox } = w;
  sandbox.world.disabledServices.add('apigateway.googleapis.com');
  const { wish, run } = await setupWorld(sandbox);
  const { left } = await run({ wish: await wish({ may: ['release gateways'] }, 'acme/ocr', 'ocr') });
  const open = left?.filter(({ sign }) => sign !== '=') ?? [];
  if (open.length > 0) throw new Error(`init left ${JSON.stringify(open)}`);
  role = roleName(sandbox.project, gatewayRole.id);
  account = accountEmail(sandbox.project, 'ocr', 'gateway');
  await w.logInAs(`serviceAccount:${accountEmail(sandbox.project, 'ocr', 'deployer')}`);
});
afterAll(() => w?.stop());

/** Releases a document that no other run had. With three releases and `keep: 2`, one configuration is removed. */
const release = (more: Parameters<GatewayWorld['run']>[1] = {}) => {
  const rest = `  /p${++count}:\n    get: { operationId: p${count}, responses: { '200': { description: ok } } }\n`;
  const service = `${w.client.parent}/services/ocr`;
  return w.run(w.document({ rest }), { account, service, keep: 2, ...more });
};

/** Runs something while the role does not have a permission. */
async function without<T>(permission: string, what: () => Promise<T>): Promise<T> {
  const { roles } = w.sandbox.world;
  const whole = roles.get(role);
  if (!whole?.includedPermissions.includes(permission)) throw new Error(`${role} has no ${permission}.`);
  const left = whole.includedPermissions.filter((one) => one !== permission);
  roles.define({ ...whole, includedPermissions: left });
  try {
    return await what();
  } finally {
    roles.define(whole);
  }
}

test('the API, the gateway and its moves, and the end of old configurations', async () => {
  expect(w.sandbox.world.roles.get(role)?.includedPermissions).toEqual([...gatewayRole.permissions]);
  expect((await release()).evidence.did).toBe('created');
  expect((await release()).evidence.did).toBe('moved');
  const third = await release();
  expect([third.verdict, third.evidence.pruned.length]).toEqual(['pass', 1]);
  expect(third.findings.filter(isOfPrune)).toEqual([]);
  const config = gatewayState(w.sandbox.world).configs.get(
    `projects/${w.sandbox.project}/locations/global/apis/ocr/configs/${third.evidence.config}`,
  );
  expect(config?.gatewayServiceAccount).toBe(account);
});

const isOfPrune = ({ rule }: { rule: string }) => rule === 'gateway-not-pruned';
const prunes = ['apigateway.apiconfigs.list', 'apigateway.gateways.list', 'apigateway.apiconfigs.delete'];

/** It only writes down that a move is proved. */
const marks = 'apigateway.apiconfigs.update';

test.each(gatewayRole.permissions.filter((one) => !prunes.includes(one) && one !== marks))(
  'without %s nothing is switched, and the permission is named',
  async (permission) => {
    // What makes something is asked for only where it does not exist yet.
    const isMaker = /(apis|gateways)\.create$/.test(permission);
    const before = w.state();
    const tried = without(permission, () => release(isMaker ? { api: 'other', gateway: 'other' } : {}));
    await expect(tried).rejects.toThrow(permission);
    expect(w.state()).toEqual(before);
  },
);

test.each(prunes)('without %s old configurations stay, and the permission is named', async (permission) => {
  const { verdict, findings, evidence } = await without(permission, () => release());
  expect([verdict, evidence.did, evidence.pruned]).toEqual(['pass', 'moved', []]);
  expect(findings.filter(isOfPrune).map(({ title }) => title)).toEqual([expect.stringContaining(permission)]);
});

test(`without ${marks} the gateway moves, and the log names the permission`, async () => {
  w.lines.length = 0;
  const { verdict, evidence } = await without(marks, () => release());
  expect([verdict, evidence.did]).toEqual(['pass', 'moved']);
  expect(w.lines.filter((line) => line.includes(marks))).toEqual([
    expect.stringContaining('still says that its move was not proved'),
  ]);
});

test('without the right to act as the account of the gateway no configuration is made', async () => {
  const { policies } = w.sandbox.world;
  const resource = `//iam.googleapis.com/projects/${w.sandbox.project}/serviceAccounts/${account}`;
  const { bindings } = policies.get(resource);
  const before = w.state();
  policies.set(resource, [], 'once');
  try {
    await expect(release()).rejects.toThrow('iam.serviceAccounts.actAs');
  } finally {
    policies.set(resource, bindings, 'once');
  }
  expect(w.state()).toEqual(before);
});

test('every permission of it has a row that says what happens without it', () => {
  const rows = permissionChecks.filter(({ stage, on }) => stage === 'Gateway' && on === 'project');
  expect(rows.map(({ permission }) => permission as string).sort()).toEqual([...gatewayRole.permissions]);
});
