import type { JsonObject } from '../../src/domain/data/json.ts';
import type { Reading, Unread } from '../../src/domain/exposure/facts.ts';
import { judge } from '../../src/domain/exposure/judge.ts';
import { readPolicy } from '../../src/domain/exposure/policy/policy.ts';
import type { BackendFact, BucketFact, PostureFacts, SecretFact } from '../../src/domain/posture/facts.ts';
import { type Change, denied, factsWith, read, service as serviceName, url } from './exposure-facts.ts';

/** The facts of a service that nobody can fault, except for what is optional. Each case changes one of them. */

export const runtime = 'ocr@p-one.iam.gserviceaccount.com';
export const digest = `us-central1-docker.pkg.dev/p-one/ocr/ocr@sha256:${'a'.repeat(64)}`;
export const now = Date.parse('2026-11-30T12:00:00Z');

export const apiOff = (call: string): Unread => ({ ok: false, call, cause: 'api-off', detail: 'off' });
export const broken = (call: string): Unread => ({
  ok: false,
  call,
  cause: 'failed',
  detail: 'it answered 500',
});
export const policyOf = (...bindings: unknown[]) =>
  read(readPolicy({ version: 3, etag: 'BwX=', bindings }), 'GET policy');

export const serviceOf = (change: JsonObject = {}, container: JsonObject = {}): JsonObject => ({
  name: serviceName,
  uri: url,
  urls: [url],
  ingress: 'INGRESS_TRAFFIC_ALL',
  ...change,
  template: {
    serviceAccount: runtime,
    scaling: { maxInstanceCount: 10 },
    ...((change.template as JsonObject | undefined) ?? {}),
    containers: [{ image: digest, ports: [{ containerPort: 8080 }], ...container }],
  },
});

const everything = { versionedExpr: 'SRC_IPS_V1', config: { srcIpRanges: ['*'] } };
const waf = { expr: { expression: "evaluatePreconfiguredWaf('sqli-v33-stable')" } };

/** Rules of Cloud Armor by what they do. */
export const rules = {
  waf: (change: JsonObject = {}): JsonObject => ({
    priority: 1000,
    action: 'deny(403)',
    preview: false,
    match: waf,
    ...change,
  }),
  limit: (options: JsonObject = {}, change: JsonObject = {}): JsonObject => ({
    priority: 2000,
    action: 'throttle',
    preview: false,
    match: everything,
    rateLimitOptions: {
      conformAction: 'allow',
      exceedAction: 'deny(429)',
      enforceOnKey: 'IP',
      rateLimitThreshold: { count: 100, intervalSec: 60 },
      ...options,
    },
    ...change,
  }),
  all: (action: string, change: JsonObject = {}): JsonObject => ({
    priority: 2_147_483_647,
    action,
    preview: false,
    match: everything,
    ...change,
  }),
};

export const armorOf = (list: JsonObject[], change: JsonObject = {}): Reading<JsonObject> =>
  read(
    {
      name: 'front-policy',
      selfLink: 'https://www.googleapis.com/compute/v1/projects/p-one/global/securityPolicies/front-policy',
      type: 'CLOUD_ARMOR',
      advancedOptionsConfig: { requestBodyInspectionSize: '64KB' },
      rules: list,
      ...change,
    },
    'GET compute/v1/projects/p-one/global/securityPolicies/front-policy',
  );

export const goodArmor = () => armorOf([rules.waf(), rules.limit(), rules.all('allow')]);

export const backendOf = (change: Partial<BackendFact> & { raw?: JsonObject } = {}): BackendFact => ({
  service: {
    name: 'front',
    id: '42',
    selfLink: 'https://www.googleapis.com/compute/v1/projects/p-one/global/backendServices/front',
    ...change.raw,
  },
  policy: 'policy' in change ? change.policy : goodArmor(),
  above: change.above,
  access: change.access,
});

export const secretOf = (change: Partial<SecretFact> = {}): SecretFact => ({
  name: 'projects/p-one/secrets/api-key',
  uses: [{ at: 'API_KEY', kind: 'variable', version: '3' }],
  secret: read(
    {
      name: 'projects/1/secrets/api-key',
      versionDestroyTtl: '604800s',
      rotation: { nextRotationTime: '2027-01-01T00:00:00Z', rotationPeriod: '7776000s' },
    },
    'GET secretmanager/v1/projects/p-one/secrets/api-key',
  ),
  versions: read(
    [
      { name: 'projects/1/secrets/api-key/versions/3', state: 'ENABLED', createTime: '2026-10-01T00:00:00Z' },
      {
        name: 'projects/1/secrets/api-key/versions/2',
        state: 'DISABLED',
        createTime: '2026-05-01T00:00:00Z',
      },
      {
        name: 'projects/1/secrets/api-key/versions/1',
        state: 'DESTROYED',
        createTime: '2026-01-01T00:00:00Z',
      },
    ],
    'GET secretmanager/v1/projects/p-one/secrets/api-key/versions',
  ),
  policy: policyOf({ role: 'roles/secretmanager.secretAccessor', members: [`serviceAccount:${runtime}`] }),
  ...change,
});

export const bucketOf = (change: JsonObject = {}, policy = policyOf()): BucketFact => ({
  name: 'ocr-input',
  reading: read(
    {
      name: 'ocr-input',
      locationType: 'multi-region',
      versioning: { enabled: true },
      iamConfiguration: { publicAccessPrevention: 'enforced', uniformBucketLevelAccess: { enabled: true } },
      ...change,
    },
    'GET storage/storage/v1/b/ocr-input',
  ),
  policy,
});

export const vulnerability = (change: JsonObject = {}): JsonObject => ({
  name: 'projects/p-one/occurrences/1',
  kind: 'VULNERABILITY',
  noteName: 'projects/goog-vulnz/notes/CVE-2026-0001',
  vulnerability: { effectiveSeverity: 'HIGH', fixAvailable: true, ...change },
});
export const discovery = (change: JsonObject = {}): JsonObject => ({
  name: 'projects/p-one/occurrences/0',
  kind: 'DISCOVERY',
  discovery: { analysisStatus: 'FINISHED_SUCCESS', continuousAnalysis: 'ACTIVE', ...change },
});

export const alertPolicy = (change: JsonObject = {}): JsonObject => ({
  name: 'projects/p-one/alertPolicies/1',
  displayName: 'errors of ocr',
  enabled: true,
  notificationChannels: ['projects/p-one/notificationChannels/1'],
  conditions: [
    {
      conditionThreshold: {
        filter:
          'metric.type="run.googleapis.com/request_count" resource.type="cloud_run_revision" resource.labels.service_name="ocr"',
      },
    },
  ],
  ...change,
});
export const channel = (change: JsonObject = {}): JsonObject => ({
  name: 'projects/p-one/notificationChannels/1',
  type: 'email',
  enabled: true,
  ...change,
});
export const budgetOf = (change: JsonObject = {}): JsonObject => ({
  name: 'billingAccounts/A-B/budgets/1',
  displayName: 'ocr',
  budgetFilter: { projects: ['projects/1'] },
  thresholdRules: [{ thresholdPercent: 0.9 }],
  notificationsRule: {},
  ...change,
});

/** What changes in the facts: those of the guard, and those beside it. */
export interface PostureChange extends Partial<Omit<PostureFacts, 'exposure' | 'judgement'>> {
  guard?: Change;
}

export function postureWith({ guard = {}, ...change }: PostureChange = {}): PostureFacts {
  const exposure = factsWith(guard);
  return {
    exposure,
    judgement: judge(exposure, 'complete'),
    service: read(serviceOf(), `GET run/v2/${serviceName}`),
    function: read({ name: 'projects/p-one/locations/us-central1/functions/ocr' }, 'GET cloudfunctions/v2/f'),
    backends: read([], 'GET compute/v1/projects/p-one/regions/us-central1/networkEndpointGroups'),
    secrets: [],
    upload: read(['main.py', 'requirements.txt'], 'POST cloudfunctions/v2/f:generateDownloadUrl'),
    image: digest,
    scan: read([discovery()], 'GET containeranalysis/v1/projects/p-one/occurrences'),
    admission: undefined,
    key: undefined,
    perimeters: read([], 'GET accesscontextmanager/v1/accessPolicies/1/servicePerimeters'),
    alerts: read([alertPolicy()], 'GET monitoring/v3/projects/p-one/alertPolicies'),
    channels: read([channel()], 'GET monitoring/v3/projects/p-one/notificationChannels'),
    billing: read(
      { name: 'projects/p-one/billingInfo', billingEnabled: true, billingAccountName: 'billingAccounts/A-B' },
      'GET cloudbilling/v1/projects/p-one/billingInfo',
    ),
    budgets: read([budgetOf()], 'GET billingbudgets/v1/billingAccounts/A-B/budgets'),
    buckets: [],
    largestBody: 5_000_000,
    now,
    ...change,
  };
}

export { denied, read };
