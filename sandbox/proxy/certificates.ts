import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { isIP } from 'node:net';
import { bits, der, integer, octets, oid, sequence, set, time, utf8, yes } from './der.ts';

/** A certificate authority of this sandbox alone. Programs trust it only if they are given its certificate. */
export interface Authority {
  /** The authority's own certificate, PEM. */
  pem: string;
  /** Certificate and key of a server, PEM. `from` is the first moment at which it is valid, in milliseconds since the epoch. */
  issue(host: string, from?: number): { cert: string; key: string };
}

const ecdsaWithSha256 = sequence(oid('1.2.840.10045.4.3.2'));
const day = 86_400_000;

const nameOf = (text: string) => sequence(set(sequence(oid('2.5.4.3'), utf8(text))));
const extension = (id: string, critical: boolean, value: Buffer) =>
  sequence(oid(id), ...(critical ? [yes()] : []), octets(value));
const spkiOf = (key: KeyObject) => key.export({ type: 'spki', format: 'der' });
const keyId = (key: KeyObject) => createHash('sha1').update(spkiOf(key)).digest();

const pemOf = (bytes: Buffer) =>
  `-----BEGIN CERTIFICATE-----\n${bytes.toString('base64').replace(/.{64}/g, '$&\n').trim()}\n-----END CERTIFICATE-----\n`;

interface Content {
  subject: string;
  issuer: string;
  publicKey: KeyObject;
  extensions: Buffer[];
  from?: number | undefined;
}

/** An X.509 certificate of version 3 (RFC 5280 section 4.1). */
function certificate(
  { subject, issuer, publicKey, extensions, from = Date.now() - day }: Content,
  signer: KeyObject,
): string {
  const content = sequence(
    der(0xa0, integer(Buffer.from([2]))),
    integer(Buffer.concat([Buffer.from([0x40]), randomBytes(12)])),
    ecdsaWithSha256,
    nameOf(issuer),
    sequence(time(from), time(from + 31 * day)),
    nameOf(subject),
    spkiOf(publicKey),
    der(0xa3, sequence(...extensions)),
  );
  return pemOf(sequence(content, ecdsaWithSha256, bits(sign('sha256', content, signer))));
}

export function createAuthority(name = 'Sandbox proxy'): Authority {
  const own = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const authorityKey = extension('2.5.29.35', false, sequence(der(0x80, keyId(own.publicKey))));
  const pem = certificate(
    {
      subject: name,
      issuer: name,
      publicKey: own.publicKey,
      extensions: [
        extension('2.5.29.19', true, sequence(yes())),
        // keyCertSign and cRLSign.
        extension('2.5.29.15', true, der(0x03, Buffer.from([1, 0x06]))),
        extension('2.5.29.14', false, octets(keyId(own.publicKey))),
      ],
    },
    own.privateKey,
  );
  const issue = (host: string, from?: number) => {
    const server = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
    const alternative = isIP(host)
      ? der(0x87, Buffer.from(host.split('.').map(Number)))
      : der(0x82, Buffer.from(host));
    const cert = certificate(
      {
        subject: host.slice(0, 60),
        issuer: name,
        publicKey: server.publicKey,
        extensions: [
          extension('2.5.29.17', false, sequence(alternative)),
          extension('2.5.29.14', false, octets(keyId(server.publicKey))),
          authorityKey,
        ],
        from,
      },
      own.privateKey,
    );
    return { cert, key: server.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string };
  };
  return { pem, issue };
}
