import { isLoopback } from '../proxy/no-proxy.ts';
import { ProxyProblem, proxyFor, proxyName } from '../proxy/proxy.ts';

/**
 * What a verdict relies on besides Google Cloud itself. An earlier step of the job can set variables that send calls to
 * other servers, or that make this process trust other certificates. A verdict is only as reliable as those servers, so the report, the
 * log and the summary name them.
 */
export interface Basis {
  /** Google's APIs that answer at another host than Google's. */
  endpoints: Endpoint[];
  /** The universe, unless it is googleapis.com, and who chose it. */
  universe?: { domain: string; from: 'input' | 'environment' } | undefined;
  /** The login is the credentials file that an earlier step left. */
  credentials_file?: string | undefined;
  /** Host and port of the proxy for https, and the variable that names it. */
  proxy?: { host: string; from: string } | undefined;
  /** Variables that change which certificates or code this process trusts. */
  trust: string[];
  /** The function that `command` started could read the tokens of the job, and could change what the job does. */
  open_command?: { chosen: boolean } | undefined;
}

export interface Endpoint {
  api: string;
  host: string;
  /** `actions`: these actions call it. `gcloud`: only gcloud does. */
  used_by: 'actions' | 'gcloud';
  /** The host is this machine: a sandbox, or a program that an earlier step started. */
  loopback: boolean;
}

type Environment = Readonly<Record<string, string | undefined>>;

const overridePrefixes = [
  ['GHA_ENDPOINT_OVERRIDE_', 'actions'],
  ['CLOUDSDK_API_ENDPOINT_OVERRIDES_', 'gcloud'],
] as const;

/** Google's own hosts: those of the universe, and the private names below googleapis.com. */
export const isGoogleHost = (host: string, universe: string): boolean =>
  [universe, 'googleapis.com'].some((domain) => host === domain || host.endsWith(`.${domain}`));

function endpointsIn(env: Environment, universe: string): Endpoint[] {
  const found: Endpoint[] = [];
  for (const [name, value] of Object.entries(env))
    for (const [prefix, usedBy] of overridePrefixes) {
      const text = value?.trim() ?? '';
      if (!name.startsWith(prefix) || text === '') continue;
      const host = URL.canParse(text) ? new URL(text).hostname : '(not a URL)';
      if (isGoogleHost(host, universe)) continue;
      const api = name.slice(prefix.length).toLowerCase();
      found.push({ api, host: host.slice(0, 120), used_by: usedBy, loopback: isLoopback(host) });
    }
  return found.sort((a, b) => (a.used_by + a.api < b.used_by + b.api ? -1 : 1));
}

/** The proxy through which Google is reached. One that cannot be used is named too, because the run fails for it. */
function proxyIn(env: Environment, universe: string): Basis['proxy'] {
  try {
    const proxy = proxyFor(env, new URL(`https://run.${universe}`));
    return proxy && { host: proxyName(proxy).slice(0, 120), from: proxy.from };
  } catch (error) {
    return { host: '(not an address)', from: error instanceof ProxyProblem ? error.from : 'HTTPS_PROXY' };
  }
}

function trustIn(env: Environment): string[] {
  const found: string[] = [];
  if (env.NODE_TLS_REJECT_UNAUTHORIZED?.trim() === '0') found.push('NODE_TLS_REJECT_UNAUTHORIZED=0');
  for (const name of ['NODE_EXTRA_CA_CERTS', 'NODE_OPTIONS']) if (env[name]?.trim()) found.push(name);
  return found;
}

/** @param chosen what the inputs of the step say, which win over the environment */
export function basisOf(
  env: Environment,
  chosen: { universe?: string | undefined; logsInHere: boolean },
): Basis {
  const exported = env.GOOGLE_CLOUD_UNIVERSE_DOMAIN?.trim();
  const universe = chosen.universe || exported || 'googleapis.com';
  const file = [
    'GOOGLE_GHA_CREDS_PATH',
    'GOOGLE_APPLICATION_CREDENTIALS',
    'CLOUDSDK_AUTH_CREDENTIAL_FILE_OVERRIDE',
  ]
    .map((name) => env[name]?.trim())
    .find(Boolean);
  return {
    endpoints: endpointsIn(env, universe),
    universe:
      universe === 'googleapis.com'
        ? undefined
        : { domain: universe, from: chosen.universe ? 'input' : 'environment' },
    credentials_file: chosen.logsInHere ? undefined : file,
    proxy: proxyIn(env, universe),
    trust: trustIn(env),
  };
}

/** True if nothing between this run and Google Cloud needs to be reported. */
export const isPlain = (basis: Basis): boolean =>
  basis.endpoints.length + basis.trust.length === 0 &&
  !basis.universe &&
  !basis.credentials_file &&
  !basis.proxy &&
  !basis.open_command;
