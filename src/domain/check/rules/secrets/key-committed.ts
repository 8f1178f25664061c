import { keyAt, keyMarkers } from '../../../source/secrets/private-key.ts';
import { isSample } from '../../facts/kinds.ts';
import { lineStarts, placeAt } from '../../files/repository.ts';
import type { Rule } from '../rule.ts';

/** The JSON of a service account key, plain, escaped in another file, or as base64. The PEM in it has to parse. */
export const keyCommitted: Rule = ({ repository }, report) => {
  for (const file of repository.paths) {
    const text = repository.text(file);
    if (text === undefined) continue;
    for (const [at, json] of candidates(text)) {
      const key = privateKey(json);
      if (key === undefined) continue;
      const { line, column } = placeAt(lineStarts(text), at);
      const real = key === 'real';
      report.found({
        severity: real ? (isSample(file) ? 'high' : 'critical') : 'info',
        confidence: real ? 'high' : 'low',
        at: { file, line, column },
        title: real
          ? `${file} holds the key of a service account.`
          : `${file} looks like the key of a service account, but its private key does not parse.`,
        fix: real
          ? 'Revoke the key first, because it stays in the history. Then remove the file:'
          : 'Nothing to do if this is a fixture.',
        commands: real ? ['gcloud iam service-accounts keys delete KEY_ID --iam-account=ACCOUNT'] : [],
        evidence: `${file} service account key`,
      });
      break;
    }
  }
};

function* candidates(text: string): Generator<[offset: number, json: string]> {
  if (/service_account/.test(text) && /PRIVATE KEY/.test(text)) yield [text.indexOf('PRIVATE KEY'), text];
  // The first bytes of the JSON of a key, as base64 writes them.
  for (const match of text.matchAll(
    /(?:ey[A-Za-z0-9+/]|ew[A-Za-z0-9+/])[A-Za-z0-9+/\s]{1200,20000}={0,2}/g,
  )) {
    const decoded = decode(match[0]);
    if (/service_account/.test(decoded) && /PRIVATE KEY/.test(decoded)) yield [match.index, decoded];
  }
}

function decode(base64: string): string {
  const clean = base64.replace(/\s+/g, '');
  try {
    return atob(clean.slice(0, clean.length - (clean.length % 4)));
  } catch {
    return '';
  }
}

/** `real` if the PEM holds a key, `fake` if it does not. */
function privateKey(json: string): 'real' | 'fake' | undefined {
  if (!/"?type\\?"?\s*[:=]\s*\\?"service_account/.test(json)) return undefined;
  const start = json.indexOf(keyMarkers[0]);
  if (start < 0) return undefined;
  const body = json.slice(start).replace(/\\+n/g, '\n');
  return keyAt(body) && isDer(body) ? 'real' : 'fake';
}

/** A DER sequence whose length fits its bytes. A fixture of random letters passes neither. */
function isDer(pem: string): boolean {
  const body = /-----BEGIN [A-Z ]*PRIVATE KEY-----([\s\S]*?)-----END /.exec(pem)?.[1] ?? '';
  const bytes = decode(body.replace(/[^A-Za-z0-9+/=]/g, ''));
  const code = (at: number) => bytes.charCodeAt(at);
  if (code(0) !== 0x30) return false;
  const long = code(1) & 0x80 ? code(1) & 0x7f : 0;
  let length = long === 0 ? code(1) : 0;
  for (let at = 0; at < long; at++) length = length * 256 + code(2 + at);
  return Math.abs(length + 2 + long - bytes.length) <= 4 && length > 100;
}
