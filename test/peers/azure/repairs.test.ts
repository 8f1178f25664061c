import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { startEntra } from '../../../sandbox/monitors/entra.ts';
import { startPrometheusFront } from '../../../sandbox/monitors/prometheus-front.ts';
import { closeConnections } from '../../../src/http/send.ts';
import { createClock } from '../../../src/runner/clock.ts';
import { azureLogin } from '../../../src/sli/prometheus/login/azure.ts';
import { createApi } from '../../../src/sli/prometheus/query-api.ts';
import { jobToken } from '../../support/aws-job.ts';
import { fakeRest } from '../../support/fake-rest.ts';
import { app, azureScenes, type Directory, foreign, home, issuer, subject, workspace } from './scenes.ts';

/**
 * A look at a workspace fails and prints a repair. Exactly this text is pasted into a shell whose `az` takes what Azure documents, and the
 * same look succeeds. The whole directory is compared: nothing was widened, lost or taken away.
 */

jest.setTimeout(300_000);

let folder: string;
let closers: (() => Promise<unknown>)[];
let upstream: Server;
let url: string;
let hosts: Record<string, string>;
let directory: Directory;
let admit: () => void;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'bs-az-'));
  directory = {
    tenant: home,
    apps: {
      [app]: {
        displayName: 'counts',
        credentials: [{ name: 'prod', issuer, subject, audience: 'api://AzureADTokenExchange' }],
      },
    },
    assignments: [`Monitoring Data Reader on ${workspace} for ${app}`],
  };
  const [own, other] = await Promise.all(
    [home, foreign].map((tenant) => startEntra({ now: Date.now, tenant })),
  );
  if (!own || !other) throw new Error('Entra did not start.');
  hosts = { [foreign]: other.url };
  const reader = `Monitoring Data Reader on ${workspace} for ${app}`;
  admit = () => {
    own.apps.clear();
    for (const [id, { credentials }] of Object.entries(directory.apps)) own.apps.set(id, credentials);
  };
  upstream = createServer((_, response) => {
    response.end(JSON.stringify({ status: 'success', data: { resultType: 'vector', result: [] } }));
  });
  await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve));
  const front = await startPrometheusFront({
    upstream: `http://127.0.0.1:${(upstream.address() as AddressInfo).port}`,
    guard: ({ headers }) => {
      const token = own.issued.get(String(headers.authorization).replace('Bearer ', ''));
      if (!token) return { status: 401, body: '' };
      return directory.assignments.includes(reader) ? undefined : { status: 403, body: '' };
    },
  });
  url = front.url;
  closers = [front.close, own.close, other.close];
  hosts[home] = own.url;
});
afterEach(async () => {
  closeConnections();
  for (const close of closers) await close();
  upstream.closeAllConnections();
  await new Promise((resolve) => upstream.close(resolve));
  rmSync(folder, { recursive: true, force: true });
});

/** One look, with a login of its own. */
async function look(tenant: string): Promise<void> {
  admit();
  const clock = createClock();
  const login = azureLogin(
    {
      ...{ clock, sandbox: true, userAgent: 'test', mask: () => undefined },
      env: { AZURE_AUTHORITY_HOST: hosts[tenant] ?? (hosts[home] as string) },
      identityToken: async (audience) => jobToken(audience),
    },
    { client: app, directory: tenant },
  );
  const api = createApi({ url, login, clock, projectId: 'p', rest: fakeRest(() => ({})).rest });
  await api('query', { query: 'vector(1)' });
}

/** Pastes text into the shell of an administrator of the directory. The reader puts in the id that the page in the portal shows. */
function paste(text: string) {
  const bin = join(folder, 'bin');
  const state = join(folder, 'state.json');
  mkdirSync(bin, { recursive: true });
  const program = `#!/bin/sh\nexec '${process.execPath}' '${join(import.meta.dirname, 'az.mjs')}' "$@"\n`;
  writeFileSync(join(bin, 'az'), program, { mode: 0o755 });
  writeFileSync(state, JSON.stringify(directory));
  const shell = spawnSync(
    'bash',
    ['--norc', '-e', '-o', 'pipefail', '-c', text.replace('WORKSPACE_RESOURCE_ID', workspace)],
    {
      env: { PATH: `${bin}${delimiter}${process.env.PATH}`, HOME: folder, AZ_STATE: state },
      encoding: 'utf8',
      timeout: 100_000,
    },
  );
  directory = JSON.parse(readFileSync(state, 'utf8')) as Directory;
  return shell;
}

const lines = ({ tenant, apps, assignments }: Directory): string[] => [
  `tenant ${tenant}`,
  ...Object.entries(apps).flatMap(([id, { displayName, credentials }]) => [
    `app ${id} ${displayName}`,
    ...credentials.map(
      (one) => `credential of ${id} ${one.name} ${one.issuer} ${one.subject} ${one.audience}`,
    ),
  ]),
  ...assignments,
];

test.each(azureScenes.map((scene) => [scene.from, scene] as const))(
  '%s: fail, paste, succeed',
  async (_, { arrange, why, came, read }) => {
    const inputs = { tenant: home };
    arrange(directory, inputs);
    const error = await look(inputs.tenant).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).toMatchObject({ why: expect.stringMatching(why) });
    const { commands = [] } = error as { commands?: string[] };
    expect(commands).toHaveLength(1);
    const before = lines(directory);
    const shell = paste(commands.join('\n'));
    expect([shell.status, shell.stderr]).toEqual([0, '']);
    const after = lines(directory);
    expect(before.filter((line) => !after.includes(line))).toEqual([]);
    expect(after.filter((line) => !before.includes(line))).toEqual(
      came.map((line) => expect.stringMatching(line)),
    );
    read?.(JSON.parse(shell.stdout), inputs);
    await look(inputs.tenant);
  },
);

test.each([
  ['a parameter that Azure does not document', `az ad app show --id ${app} --format=json`, 2],
  ['a required parameter that is missing', `az role assignment create --role Reader --assignee ${app}`, 2],
  ['a command that there is not', 'az ad app federated-credentials create', 2],
  [
    'a role that Azure does not have',
    `az role assignment create --assignee ${app} --role 'Metrics Reader' --scope ${workspace}`,
    1,
  ],
  ['words that are no query', "az account show --query '.tenantId'", 2],
])('the stand-in refuses %s', (_, text, code) => {
  const before = lines(directory);
  expect(paste(text).status).toBe(code);
  expect(lines(directory)).toEqual(before);
});
