import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { leavingOf, refusedName } from '../../../../src/domain/source/refused-files.ts';
import { credentialsIn } from '../../../../src/domain/source/secrets/json.ts';
import { keyAt, keyMarkers } from '../../../../src/domain/source/secrets/private-key.ts';

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const pkcs8 = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;

/** Looks from each marker on, as the scan does. */
function find(text: string): string | undefined {
  for (const marker of keyMarkers)
    for (let at = text.indexOf(marker); at >= 0; at = text.indexOf(marker, at + 1)) {
      const found = keyAt(text, at);
      if (found) return found;
    }
  return undefined;
}

describe('keys by content', () => {
  test.each([
    ['PKCS#8', pkcs8],
    ['PKCS#1', privateKey.export({ type: 'pkcs1', format: 'pem' }).toString()],
    ['EC', ec.export({ type: 'sec1', format: 'pem' }).toString()],
    [
      'encrypted',
      privateKey.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' }).toString(),
    ],
    ['Windows lines', pkcs8.replace(/\n/g, '\r\n')],
    ['inside a service account key', JSON.stringify({ type: 'service_account', private_key: pkcs8 })],
    ['inside source code', `const key = \`${pkcs8}\`;`],
    ['after a public key', publicKey.export({ type: 'spki', format: 'pem' }).toString() + pkcs8],
  ])('%s', (_, text) => {
    expect(find(`some text before\n${text}\nand after`)).toContain('PRIVATE KEY');
  });

  test.each([0, 1, 2, 3, 4, 5])('base64 of a file with the key at byte %i', (before) => {
    const encoded = Buffer.from(`${'x'.repeat(before)}${pkcs8}`).toString('base64');
    expect(find(`KEY=${encoded}\n`)).toContain('encoded as base64');
    expect(find((encoded.match(/.{1,76}/g) ?? []).join('\n'))).toContain('encoded as base64');
  });

  test.each([
    ['a public key', publicKey.export({ type: 'spki', format: 'pem' }).toString()],
    ['a placeholder', '-----BEGIN PRIVATE KEY-----\n<your key>\n-----END PRIVATE KEY-----'],
    ['an elision', '-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKC...\n-----END RSA PRIVATE KEY-----'],
    ['a marker alone', '-----BEGIN PRIVATE KEY-----'],
    ['a regular expression', '/-----BEGIN (RSA )?PRIVATE KEY-----/'],
    ['a certificate', '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----'],
  ])('%s is not a key', (_, text) => {
    expect(find(text)).toBeUndefined();
  });

  test.each([
    [{ type: 'service_account', private_key: 'x'.repeat(100) }, 'a service account key'],
    [{ type: 'authorized_user', refresh_token: '1//x' }, 'the credentials of a person'],
    [
      { type: 'external_account', credential_source: { headers: { Authorization: 'bearer abc' } } },
      'mints tokens',
    ],
  ])('credentials %#', (json, text) => {
    expect(credentialsIn(json)).toContain(text);
  });
  test.each([
    null,
    [],
    'x',
    { type: 'service_account' },
    { type: 'external_account', credential_source: { file: 'x' } },
  ])('no credentials %#', (json) => {
    expect(credentialsIn(json)).toBeUndefined();
  });
});

const keys = {
  'RSA 2048': privateKey,
  'RSA 3072': generateKeyPairSync('rsa', { modulusLength: 3072 }).privateKey,
  'EC P-256': ec,
  'EC P-384': generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey,
  'EC P-521': generateKeyPairSync('ec', { namedCurve: 'P-521' }).privateKey,
  Ed25519: generateKeyPairSync('ed25519').privateKey,
  X25519: generateKeyPairSync('x25519').privateKey,
};

describe.each(Object.entries(keys))('%s without the lines of PEM', (name, key) => {
  const forms = name.startsWith('RSA') ? (['pkcs8', 'pkcs1'] as const) : (['pkcs8'] as const);

  test.each(forms)('%s', (type) => {
    const der = key.export({ type, format: 'der' });
    const base64 = der.toString('base64');
    expect(find(`{"key": "${base64}"}`)).toContain('as base64');
    expect(find(`key: |\n  ${(base64.match(/.{1,64}/g) ?? []).join('\n  ')}\n`)).toContain('as base64');
    expect(find(JSON.stringify((base64.match(/.{1,64}/g) ?? []).join('\n')))).toContain('as base64');
    if (name.includes('25519')) return;
    expect(find(der.toString('latin1'))).toContain('in DER');
  });

  test('the public key and a part of the private key are none', () => {
    const open = createPublicKey(key);
    expect(find(open.export({ type: 'spki', format: 'der' }).toString('latin1'))).toBeUndefined();
    expect(find(open.export({ type: 'spki', format: 'der' }).toString('base64'))).toBeUndefined();
    expect(
      find(`${key.export({ type: 'pkcs8', format: 'der' }).toString('base64').slice(0, 44)}...`),
    ).toBeUndefined();
  });
});

test('a key of PuTTY', () => {
  const head =
    'PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\nComment: me\nPublic-Lines: 2\nAAAA\nBBBB\n';
  expect(find(`${head}Private-Lines: 1\nAAAA\n`)).toContain('PuTTY');
  expect(find(head)).toBeUndefined();
});

describe('names', () => {
  test.each([
    '.env',
    '.env.production',
    '.ENV',
    '.envrc',
    '.env.example.local',
    '.git-credentials',
    '.vault-token',
    'application_default_credentials.json',
    'terraform.tfstate',
    'x.tfstate.backup',
    '.terraform',
    'a.p12',
    'b.PFX',
    'c.jks',
  ])('%s is refused', (name) => {
    expect(refusedName(name)).toBeDefined();
  });
  test.each([
    '.env.example',
    '.env.sample',
    '.env-dist',
    '.env.production.example',
    '.env_template',
    'env',
    'environment.ts',
    '.gitignore',
    '.github',
    'gha-creds.md',
    '.terraform.lock.hcl',
    'main.tf',
    'index.js',
  ])('%s is allowed', (name) => {
    expect(refusedName(name)).toBeUndefined();
  });

  test.each(['.git', '.GIT', 'gha-creds-0f.json', 'gha-kubeconfig-12ab'])(
    '%s was left behind by a step',
    (name) => {
      expect(leavingOf(name)).toBeDefined();
    },
  );
  test.each(['.gitignore', '.github', 'gha-creds.md', '.gitmodules'])('%s belongs to the source', (name) => {
    expect(leavingOf(name)).toBeUndefined();
  });
});
