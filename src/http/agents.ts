import * as http from 'node:http';
import type * as https from 'node:https';
import { ProxyProblem, type ProxyServer, proxyFor } from '../domain/proxy/proxy.ts';
import { proxyInvalid } from './proxy-error.ts';
import { createTunnelAgent } from './tunnel.ts';

/** Loading TLS takes half as long as starting Node, so plain http on loopback does without it. */
export const loadHttps = () => process.getBuiltinModule('node:https');

/** Connections that stay open, by how they were opened. */
const agents = new Map<string, http.Agent>();

function kept<A extends http.Agent>(key: string, open: () => A): A {
  const known = agents.get(key) ?? open();
  agents.set(key, known);
  return known as A;
}

/** How a URL is reached. */
export interface Route {
  agent: http.Agent;
  /** The proxy that gets the request itself, since the target is plain http. */
  forward?: ProxyServer;
  proxy?: ProxyServer | undefined;
}

/** Reads the proxy variables of the runner. Throws `proxy-invalid`. */
export function routeTo(url: URL): Route {
  const proxy = runnersProxy(url);
  if (!proxy) {
    const agent =
      url.protocol === 'https:'
        ? kept('https', () => new (loadHttps().Agent)({ keepAlive: true }))
        : kept('http', () => new http.Agent({ keepAlive: true }));
    return { agent };
  }
  const key = `${proxy.tls} ${proxy.host} ${proxy.port} ${proxy.login ?? ''}`;
  if (url.protocol === 'https:')
    return {
      agent: kept(`tunnel ${key}`, () => createTunnelAgent(loadHttps().Agent, proxy, extraCerts())),
      proxy,
    };
  const agent: http.Agent = proxy.tls
    ? kept(`forward ${key}`, (): https.Agent => new (loadHttps().Agent)({ keepAlive: true }))
    : kept(`forward ${key}`, () => new http.Agent({ keepAlive: true }));
  return { agent, forward: proxy, proxy };
}

function runnersProxy(url: URL): ProxyServer | undefined {
  try {
    return proxyFor(process.env, url);
  } catch (error) {
    throw error instanceof ProxyProblem ? proxyInvalid(error) : error;
  }
}

/** What may help if a host cannot be reached directly: a proxy that is set for the other kind of URL. */
export function proxyHint(url: URL): string | undefined {
  const { HTTP_PROXY: upper, http_proxy: lower } = process.env;
  if (url.protocol !== 'https:' || !(upper?.trim() || lower?.trim()) || proxyFor(process.env, url))
    return undefined;
  return 'HTTP_PROXY is used for http URLs alone. If this host is reached through that proxy too, set HTTPS_PROXY to it.';
}

/** The variable with more certificates to trust, for messages. Node itself reads it when it starts. */
export const extraCerts = (): string | undefined => process.env.NODE_EXTRA_CA_CERTS?.trim() || undefined;

/** Closes idle connections, so that the process can end at once. */
export function closeConnections(): void {
  for (const agent of agents.values()) agent.destroy();
  agents.clear();
}
