import { expect, test } from '@jest/globals';
import { createKey, decodeJwt, type Jwt, signJwt, verifyJwt } from '../../sandbox/core/keys.ts';

const key = createKey();
const other = createKey();
const read = (token: string) => decodeJwt(token) as Jwt;
const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

test('a signature that was proved before proves no other token', () => {
  const token = signJwt(key, { sub: 'me' });
  const [header = '', claims = '', signature = ''] = token.split('.');
  const flipped = Buffer.from(signature, 'base64url');
  flipped[7] = (flipped[7] ?? 0) ^ 1;
  // Twice, because the second look at the good one remembers the first.
  for (const look of [1, 2]) {
    expect([look, verifyJwt(read(token), [key.jwk])]).toEqual([look, true]);
    for (const [what, bad, keys] of [
      ['other claims', `${header}.${encode({ sub: 'you' })}.${signature}`, [key.jwk]],
      ['another signature', `${header}.${claims}.${flipped.toString('base64url')}`, [key.jwk]],
      ['no signature', `${header}.${claims}.`, [key.jwk]],
      ['no algorithm', `${encode({ alg: 'none', kid: key.kid })}.${claims}.${signature}`, [key.jwk]],
      ['another key of the same id', token, [{ ...other.jwk, kid: key.kid }]],
      ['no such key', token, [other.jwk]],
    ] as const)
      expect([look, what, verifyJwt(read(bad), keys)]).toEqual([look, what, false]);
  }
});
