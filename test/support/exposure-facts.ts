import type {
  Ancestor,
  ExposureFacts,
  FunctionFacts,
  Level,
  PoolProvider,
  Reading,
  ServiceFacts,
  Unread,
} from '../../src/domain/exposure/facts.ts';
import { readPolicy } from '../../src/domain/exposure/policy/policy.ts';
import type { ProbeRecord } from '../../src/domain/exposure/probes.ts';
import { classifyProbe } from '../../src/domain/invocation/front-end.ts';

/** The facts of a private function. Each test changes one of them. */

export const service = 'projects/p-one/locations/us-central1/services/ocr';
export const url = 'https://ocr-abc-uc.a.run.app';
export const pool = 'projects/1/locations/global/workloadIdentityPools/github';

export const read = <T>(value: T, call: string): Reading<T> => ({ ok: true, value, call });
export const denied = (call: string, permission: string): Unread => ({
  ok: false,
  call,
  cause: 'denied',
  permission,
  detail: 'denied',
});

const roles: Record<string, string[]> = {
  'roles/run.invoker': ['run.routes.invoke', 'run.jobs.run'],
  'roles/run.admin': ['run.routes.invoke', 'run.services.setIamPolicy'],
  'roles/run.viewer': ['run.services.get'],
  'roles/owner': ['run.routes.invoke', 'run.services.setIamPolicy'],
  'roles/cloudfunctions.invoker': ['cloudfunctions.functions.invoke'],
  'roles/iap.httpsResourceAccessor': ['iap.webServiceVersions.accessViaIAP'],
  'roles/resourcemanager.folderAdmin': ['resourcemanager.folders.setIamPolicy'],
  'projects/p-one/roles/callsIt': ['logging.logEntries.list', 'run.routes.invoke'],
  'projects/p-one/roles/opensIt': ['run.services.setIamPolicy'],
};

export interface Change {
  bindings?: Partial<Record<Level, unknown[]>>;
  /** Raw policies by level. They may hold anything. */
  policies?: Partial<Record<Level, unknown>>;
  unread?: Partial<Record<Level, Unread>>;
  service?: Partial<ServiceFacts>;
  function?: Partial<FunctionFacts>;
  roles?: Record<string, Reading<readonly string[]>>;
  providers?: Partial<PoolProvider>[] | Unread;
  ancestry?: Reading<Ancestor[]>;
  probe?: { status: number; body?: string; headers?: Record<string, string>; error?: string };
  trusted?: string[];
  more?: Partial<ExposureFacts>;
}

const places: Record<Level, string> = {
  service,
  function: 'projects/p-one/locations/us-central1/functions/ocr',
  project: 'projects/p-one',
  folder: 'folders/11',
  organization: 'organizations/22',
  account: 'projects/-/serviceAccounts/invoker@p-one.iam.gserviceaccount.com',
  iap: 'projects/1/iap_web/cloud_run-us-central1/services/ocr',
  source: 'gcf-v2-sources-1-us-central1',
  images: 'projects/p-one/locations/us-central1/repositories/gcf-artifacts',
};

export const forbiddenPage =
  '<html><head>\n<title>403 Forbidden</title>\n</head>\n<body><h1>Error: Forbidden</h1>\n<h2>Your client does not have permission to get URL <code>/</code> from this server.</h2></body></html>';

function probesOf(change: Change, urls: string[]): ProbeRecord[] {
  const {
    status = 403,
    body = forbiddenPage,
    headers: given = { 'content-type': 'text/html; charset=UTF-8' },
    error,
  } = change.probe ?? {};
  const headers = { server: 'Google Frontend', ...given };
  return urls.flatMap((at) =>
    ['GET', 'POST', 'OPTIONS'].map((method) => ({
      url: at,
      method,
      status,
      from: 'the service',
      guessed: false,
      milliseconds: 1,
      ...classifyProbe({ status, body, headers, error }),
    })),
  );
}

export function factsWith(change: Change = {}): ExposureFacts {
  const own: ServiceFacts = {
    urls: [url],
    tagUrls: [],
    invokerIamDisabled: false,
    iapEnabled: false,
    defaultUriDisabled: false,
    ingress: 'INGRESS_TRAFFIC_ALL',
    ...change.service,
  };
  const described: FunctionFacts = {
    generation: 2,
    service,
    serviceAccount: undefined,
    urls: [url],
    ingress: 'ALLOW_ALL',
    securityLevel: 'SECURE_ALWAYS',
    sourceBucket: undefined,
    imageRepository: undefined,
    eventTrigger: false,
    ...change.function,
  };
  const levels: Level[] = [
    'service',
    'function',
    'project',
    'folder',
    'organization',
    'account',
    'iap',
    'source',
    'images',
  ];
  const quiet = { version: 3, etag: 'BwX=', bindings: [] };
  const wanted = levels.filter(
    (level) =>
      !['account', 'iap', 'source', 'images'].includes(level) ||
      change.bindings?.[level] ||
      change.unread?.[level] ||
      change.policies?.[level] !== undefined,
  );
  return {
    target: { project: 'p-one', region: 'us-central1', name: 'ocr', service },
    projectNumber: '1',
    exists: true,
    function: read(described, 'GET cloudfunctions/v2/f'),
    service: described.generation === 2 ? read(own, 'GET run/v2/s') : undefined,
    policies: wanted.map((level) => ({
      level,
      resource: places[level],
      reading:
        change.unread?.[level] ??
        read(
          readPolicy(
            change.policies && level in change.policies
              ? change.policies[level]
              : { ...quiet, bindings: change.bindings?.[level] ?? [] },
          ),
          `GET policy of ${level}`,
        ),
    })),
    ancestry:
      change.ancestry ??
      read(
        [
          { type: 'folder', id: '11' },
          { type: 'organization', id: '22' },
        ],
        'POST getAncestry',
      ),
    roles: new Map([
      ...Object.entries(roles).map(
        ([name, permissions]) => [name, read(permissions, `GET iam/v1/${name}`)] as const,
      ),
      ...Object.entries(change.roles ?? {}),
    ]),
    pools: new Map(
      change.providers
        ? [
            [
              pool,
              Array.isArray(change.providers)
                ? read(
                    change.providers.map((provider) => ({
                      name: `${pool}/providers/gh`,
                      kind: 'oidc' as const,
                      issuer: 'https://token.actions.githubusercontent.com',
                      condition: '',
                      mapping: {},
                      disabled: false,
                      ...provider,
                    })),
                    `GET iam/v1/${pool}/providers`,
                  )
                : change.providers,
            ],
          ]
        : [],
    ),
    denies: [],
    orgPolicies: [],
    gateways: undefined,
    probes: probesOf(change, own.urls),
    trusted: change.trusted ?? [],
    ...change.more,
  };
}

export const bind = (role: string, ...members: string[]) => ({ role, members });
