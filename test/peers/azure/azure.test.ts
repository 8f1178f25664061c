import { spawn, spawnSync } from 'node:child_process';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startEntra } from '../../../sandbox/monitors/entra.ts';
import { AzureSession } from '../../../src/azure/session.ts';
import { closeConnections } from '../../../src/http/send.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

/** What Microsoft's own library sends to log in without a secret, and what it makes of the answers of our stand-in. */
const python = [join(homedir(), '.cache/backstay-peers/bin/python'), 'python3'].find(
  (one) => spawnSync(one, ['-c', 'import msal']).status === 0,
);
if (!python)
  console.warn('Skipped: msal is missing, so nobody else logs in to Entra. `.ci/run` installs it.');

const client = '11111111-2222-3333-4444-555555555555';
const tenant = '66666666-7777-8888-9999-000000000000';
const scope = 'https://prometheus.monitor.azure.com/.default';
const issuer = 'https://token.actions.githubusercontent.com';
const subject = 'repo:acme/ocr:environment:production';
const audience = 'api://AzureADTokenExchange';
const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
const assertion = `${part({ alg: 'RS256' })}.${part({ iss: issuer, sub: subject, aud: audience })}.signature`;

(python ? describe : describe.skip)('msal', () => {
  let entra: Awaited<ReturnType<typeof startEntra>>;
  const clock = new VirtualClock(Date.now());
  beforeAll(async () => {
    entra = await startEntra({ now: () => clock.now(), tenant });
  });
  afterAll(async () => {
    closeConnections();
    await entra.close();
  });

  const theirs = () =>
    new Promise<Record<string, unknown>>((resolve, reject) => {
      const child = spawn(
        python as string,
        [join(import.meta.dirname, 'log-in.py'), entra.url, tenant, client, scope],
        {
          stdio: ['pipe', 'pipe', 'inherit'],
        },
      );
      let text = '';
      child.stdout.on('data', (chunk) => {
        text += String(chunk);
      });
      child.on('close', (code) =>
        code === 0
          ? resolve(JSON.parse(text) as Record<string, unknown>)
          : reject(new Error(`msal ended with ${code}`)),
      );
      child.stdin.end(assertion);
    });
  const ours = () =>
    new AzureSession(
      {
        clock,
        env: { AZURE_AUTHORITY_HOST: entra.url },
        sandbox: true,
        userAgent: 'test',
        mask: () => {},
        identityToken: async () => assertion,
      },
      { tenant, client, scope },
    ).token();
  /** What both have to send. The library adds `client_info`, and its version in headers. */
  const asked = (form: Record<string, string> | undefined) =>
    Object.fromEntries(Object.entries(form ?? {}).filter(([name]) => name !== 'client_info'));

  test('sends what we send, and takes the token that we take', async () => {
    entra.apps.set(client, [{ issuer, subject, audience }]);
    entra.calls.length = 0;
    expect(await theirs()).toMatchObject({ token_type: 'Bearer', access_token: [...entra.issued.keys()][0] });
    expect(await ours()).toBe([...entra.issued.keys()][1]);
    const [first, second] = entra.calls.map(asked);
    expect(second).toEqual(first);
    expect(first).toMatchObject({ client_assertion: assertion, scope });
  }, 300_000);

  test.each<[string, () => void, number]>([
    [
      'no federated credential',
      () => entra.apps.set(client, [{ issuer, subject: 'repo:a/b:ref:x', audience }]),
      700213,
    ],
    ['no such app', () => entra.apps.clear(), 700016],
  ])(
    'reads the refusal that we explain: %s',
    async (_, spoil, code) => {
      spoil();
      expect(await theirs()).toMatchObject({ error_codes: [code] });
      await expect(ours()).rejects.toMatchObject({
        code: 'permission-denied',
        what: expect.stringContaining(`AADSTS${code}`),
      });
    },
    300_000,
  );
});
