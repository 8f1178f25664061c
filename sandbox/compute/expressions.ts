import { celEnvironment, renamed } from '../core/cel.ts';
import { inRange } from './addresses.ts';

/** What the rules of a security policy see of a request (cloud.google.com/armor/docs/rules-language-reference). */
export interface Seen {
  method: string;
  path: string;
  query: string;
  headers: Readonly<Record<string, string>>;
  ip: string;
  /** The first bytes of the body, as many as the policy inspects. */
  body: string;
}

/** The plainest signs that the preconfigured rules look for. The real sets of rules have hundreds. */
const signs: Readonly<Record<string, RegExp>> = {
  sqli: /'\s*(or|and)\b[^=]*=|\bunion\s+(all\s+)?select\b|;\s*drop\s+table\b/i,
  xss: /<script\b|javascript:|\bonerror\s*=/i,
  rce: /[;|&]\s*(cat|ls|wget|curl|bash|sh)\b|\$\(/i,
  lfi: /\.\.[/\\]/,
  rfi: /=\s*https?:\/\/[^&]+\?$/i,
};

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
};

/** `sqli-v33-stable` looks for the signs of `sqli`. A set of rules that is not modelled here never matches. */
function wafMatches(name: string, seen: Seen): boolean {
  const sign = signs[name.split('-')[0] ?? ''];
  if (!sign) return false;
  const headers = Object.entries(seen.headers).map(([key, value]) =>
    key === 'authorization' || key === 'accept' ? '' : value,
  );
  return [decoded(seen.path), decoded(seen.query), seen.body, decoded(seen.body), ...headers].some((text) =>
    sign.test(text),
  );
}

function environmentFor(seen: Seen) {
  const waf = (name: string) => wafMatches(name, seen);
  return celEnvironment()
    .registerFunction('evaluatePreconfiguredWaf(string): bool', waf)
    .registerFunction('evaluatePreconfiguredWaf(string, map): bool', waf)
    .registerFunction('evaluatePreconfiguredExpr(string): bool', waf)
    .registerFunction('evaluatePreconfiguredExpr(string, list): bool', waf)
    .registerFunction('inIpRange(string, string): bool', inRange)
    .registerFunction('string.lower(): string', (text: string) => text.toLowerCase())
    .registerFunction('string.urlDecode(): string', decoded);
}

export function holds(expression: string, seen: Seen): boolean {
  const { method, path, query, headers, ip } = seen;
  const known = new Proxy(headers as Record<string, string>, {
    get: (target, key) => (typeof key === 'string' ? (target[key] ?? '') : Reflect.get(target, key)),
    has: (target, key) => key in target,
  });
  const result = environmentFor(seen).evaluate(renamed(expression), {
    request: { method, path, query, headers: known, scheme: 'https' },
    origin: { ip, user_ip: ip, region_code: 'ZZ', asn: 64_496n },
  });
  return result === true;
}

const nobody: Seen = { method: 'GET', path: '/', query: '', headers: {}, ip: '192.0.2.1', body: '' };

/** Can the rule be read? Compute Engine refuses one that cannot when it is written, not when a request comes. */
export function isSupported(expression: string): boolean {
  try {
    holds(expression, nobody);
    return true;
  } catch {
    return false;
  }
}
