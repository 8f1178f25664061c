import { loginForms, percentDecoded } from '../text/url-login.ts';
import { isExcluded, isLoopback } from './no-proxy.ts';

/** The proxy through which a URL is reached. */
export interface ProxyServer {
  /** The variable that names it. */
  from: string;
  /** Whether the proxy itself speaks TLS. */
  tls: boolean;
  /** As in a URL: an IPv6 address has brackets. */
  host: string;
  port: number;
  /** `user:password`, decoded. Never shown. */
  login?: string | undefined;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** The variables as curl reads them: lower case first, and a variable for all as the last. */
const variables = {
  'http:': ['http_proxy', 'HTTP_PROXY', 'all_proxy', 'ALL_PROXY'],
  'https:': ['https_proxy', 'HTTPS_PROXY', 'all_proxy', 'ALL_PROXY'],
} as const;

/** A variable names a proxy that cannot be used. The text never quotes the value, which may hold a password. */
export class ProxyProblem extends Error {
  readonly from: string;

  constructor(from: string, problem: string) {
    super(problem);
    this.from = from;
  }
}

/** The variable that names the proxy for a kind of URL, and its value. */
function settingFor(
  env: Environment,
  protocol: 'http:' | 'https:',
): { from: string; value: string } | undefined {
  for (const from of variables[protocol]) {
    const value = env[from]?.trim();
    if (value) return { from, value };
  }
  return undefined;
}

/** Reads the value of a variable, with or without `http://` before the host. */
export function parseProxy(from: string, value: string): ProxyServer {
  const text = /^[a-z][a-z\d+.-]*:\/\//i.test(value) ? value : `http://${value}`;
  const scheme = text.slice(0, text.indexOf(':')).toLowerCase();
  if (scheme !== 'http' && scheme !== 'https')
    throw new ProxyProblem(from, `it names a ${scheme} proxy, and only http and https proxies can be used`);
  if (!URL.canParse(text)) throw new ProxyProblem(from, 'it is not the address of a proxy');
  const url = new URL(text);
  if (url.port === '0') throw new ProxyProblem(from, 'its port is 0');
  const login =
    url.username || url.password
      ? `${percentDecoded(url.username)}:${percentDecoded(url.password)}`
      : undefined;
  if (login && /[\r\n\0]/.test(login))
    throw new ProxyProblem(from, 'its user or password holds a line break');
  const tls = scheme === 'https';
  return { from, tls, host: url.hostname, port: Number(url.port) || (tls ? 443 : 80), login };
}

/** The proxy for a URL; undefined if it is reached directly. Throws `ProxyProblem`. */
export function proxyFor(env: Environment, url: URL): ProxyServer | undefined {
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return undefined;
  const setting = settingFor(env, url.protocol);
  if (!setting || isLoopback(url.hostname)) return undefined;
  const port = Number(url.port) || (url.protocol === 'https:' ? 443 : 80);
  const none = env.no_proxy?.trim() || env.NO_PROXY?.trim() || '';
  if (isExcluded(none, url.hostname, port)) return undefined;
  return parseProxy(setting.from, setting.value);
}

/** Host and port, which may be shown. */
export const proxyName = ({ host, port }: Pick<ProxyServer, 'host' | 'port'>): string => `${host}:${port}`;

/** Everything in the variables that must not be shown, as it stands and decoded. */
export function proxySecrets(env: Environment): string[] {
  const found: string[] = [];
  for (const name of new Set(Object.values(variables).flat())) {
    const value = env[name]?.trim() ?? '';
    // Also of a value that cannot be parsed: all that stands before the last @.
    const login = /^(?:[a-z][a-z\d+.-]*:\/\/)?(.*)@/is.exec(value)?.[1];
    if (login) found.push(...loginForms(login));
  }
  return [...new Set(found)].filter(Boolean);
}
