import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { computeState } from '../../../sandbox/compute/state.ts';
import { functionState } from '../../../sandbox/functions/model.ts';
import { guardrails } from '../../../sandbox/guardrails/state.ts';
import { addBucket, bucketsOf } from '../../../sandbox/storage/state.ts';
import type { PostureRule } from '../../../src/domain/findings/rules/posture.ts';
import { protections } from '../../../src/domain/posture/protections.ts';
import type { State } from '../../../src/domain/posture/row.ts';
import { buildBalancer } from '../../sandbox/support/balancer.ts';
import { resources } from '../../support/guard-world.ts';
import { rules } from '../../support/posture-facts.ts';
import { type PostureWorld, postureWorld } from '../../support/posture-world.ts';

/** Every row in all its states, as an auditor sees it on the sandbox. What each setting means is a matter of the sandbox alone. */

let w: PostureWorld;
let found: Set<string>;
const image = `us-central1-docker.pkg.dev/sandbox-project/ocr/ocr@sha256:${'a'.repeat(64)}`;
const runtime = 'ocr@sandbox-project.iam.gserviceaccount.com';
const keyName = 'projects/sandbox-project/locations/us-central1/keyRings/ring/cryptoKeys/ocr';

beforeAll(async () => {
  found = new Set();
  w = await postureWorld();
  await w.client.deploy('leaky', {
    'package.json': '{"name":"f","main":"index.js"}',
    'index.js': 'exports.ocr = (q, r) => r.send("a");',
    'config/.env': 'A=1',
  });
});
afterAll(() => w?.stop());
afterEach(async () => {
  const { world } = w.sandbox;
  w.reset();
  functionSays('ALLOW_ALL');
  Object.assign(w.running(), { template: undefined });
  Object.assign(w.running(), {
    binaryAuthorization: undefined,
    threatDetectionEnabled: false,
    sshEnabled: false,
  });
  computeState(world).above = [];
  const state = guardrails(world);
  state.occurrences.length = 0;
  state.admission = undefined;
  for (const one of [state.budgets, state.channels]) one.clear();
  computeState(world).resources.clear();
  world.disabledServices.add('compute.googleapis.com');
  for (const name of ['containeranalysis', 'monitoring', 'cloudbilling'])
    world.disabledServices.delete(`${name}.googleapis.com`);
  bucketsOf(world).delete('ocr-input');
  world.settings.billingEnabled = true;
  await w.settings({
    secrets: {},
    secretDetails: {},
    keys: {},
    perimeters: {},
    gateways: {},
    orgPolicies: { 'run.managed.requireInvokerIam': null, 'iam.managed.allowedPolicyMembers': null },
  });
  for (const name of ['alertPolicies']) {
    const listed = await w.client.api(
      'monitoring',
      'GET',
      `/v3/projects/${w.sandbox.project}/${name}`,
      undefined,
      w.owner,
    );
    for (const one of listed.body[name] ?? [])
      await w.client.api('monitoring', 'DELETE', `/v3/${one.name}`, undefined, w.owner);
  }
});

/** Sets the template of the service as an owner would by Cloud Run's API. */
function template(change: object = {}, container: object = {}): void {
  w.running().template = {
    serviceAccount: runtime,
    scaling: { maxInstanceCount: 10 },
    ...change,
    containers: [{ image, ports: [{ containerPort: 8080 }], ...container }],
  } as never;
}
const add = (resource: string, ...bindings: { role: string; members: string[] }[]) =>
  w.set(resource, ...w.sandbox.world.policies.get(resource).bindings, ...bindings);
const project = () => resources(w.sandbox).project;
const ingress = (value: string) => Object.assign(w.running(), { ingress: `INGRESS_TRAFFIC_${value}` });
const balance = (policy?: object, backend?: object) =>
  buildBalancer(w.client, {
    service: 'ocr',
    ...(policy ? { policy: policy as never } : {}),
    ...(backend ? { backend: backend as never } : {}),
  });
const armor = (...list: object[]) => ({
  rules: list,
  advancedOptionsConfig: { requestBodyInspectionSize: '64KB' },
});
const good = () => armor(rules.waf(), rules.limit(), rules.all('allow'));
const occurrence = (body: object) =>
  w.own('containeranalysis', 'POST', '/v1/projects/sandbox-project/occurrences', {
    resourceUri: `https://${image}`,
    noteName: 'projects/goog/notes/CVE-2026-0001',
    ...body,
  });
const scanned = () =>
  occurrence({ discovery: { analysisStatus: 'FINISHED_SUCCESS', continuousAnalysis: 'ACTIVE' } });
const channel = async (body: object = {}) => {
  await w.own('monitoring', 'POST', '/v3/projects/sandbox-project/notificationChannels', {
    type: 'email',
    labels: { email_address: 'on-call@example.com' },
    ...body,
  });
  return [...guardrails(w.sandbox.world).channels.keys()];
};
const alert = (notificationChannels: string[], change: object = {}) =>
  w.own('monitoring', 'POST', '/v3/projects/sandbox-project/alertPolicies', {
    ...{ displayName: 'errors of ocr', combiner: 'OR', notificationChannels },
    conditions: [
      {
        displayName: 'many',
        conditionThreshold: {
          filter:
            'metric.type="run.googleapis.com/request_count" AND resource.type="cloud_run_revision" AND resource.labels.service_name="ocr"',
          comparison: 'COMPARISON_GT',
          thresholdValue: 1,
          duration: '60s',
        },
      },
    ],
    ...change,
  });
const budget = (body: object = {}) =>
  w.own('billingbudgets', 'POST', '/v1/billingAccounts/012345-567890-ABCDEF/budgets', {
    displayName: 'ocr',
    amount: { specifiedAmount: { currencyCode: 'USD', units: '100' } },
    budgetFilter: { projects: ['projects/sandbox-project'] },
    thresholdRules: [{ thresholdPercent: 0.9 }],
    ...body,
  });
const secret = async (version: string, states: object = { 1: 'DESTROYED', 2: 'ENABLED' }) => {
  await w.settings({
    secrets: { 'api-key': states },
    secretDetails: {
      'api-key': {
        secret: { rotation: { nextRotationTime: '2099-01-01T00:00:00Z' }, versionDestroyTtl: '604800s' },
      },
    },
  });
  template({}, { env: [{ name: 'API_KEY', valueSource: { secretKeyRef: { secret: 'api-key', version } } }] });
};
const secretPolicy = (...members: string[]) =>
  w.set('//secretmanager.googleapis.com/projects/sandbox-project/secrets/api-key', {
    role: 'roles/secretmanager.secretAccessor',
    members,
  });
const enforce = (...constraints: string[]) =>
  w.settings({
    orgPolicies: Object.fromEntries(constraints.map((name) => [name, { rules: [{ enforce: true }] }])),
  });
const deny = (rule: object = {}) =>
  void w.sandbox.world.denyPolicies.set(project(), [
    {
      name: `policies/${encodeURIComponent(project().slice(2))}/denypolicies/no-public`,
      etag: 'e',
      rules: [
        {
          denyRule: {
            deniedPrincipals: ['principalSet://goog/public:all'],
            deniedPermissions: ['run.googleapis.com/routes.invoke'],
            ...rule,
          },
        },
      ],
    },
  ]);
const gateway = (security: string) => {
  const url = w.running().doors.get('service')?.url;
  const document = `swagger: "2.0"\ninfo: {title: a, version: "1"}\n${security}paths:\n  /ocr:\n    post:\n      operationId: ocr\n      x-google-backend: {address: "${url}"}\n      responses: {"200": {description: a}}\nsecurityDefinitions:\n  key: {type: apiKey, name: key, in: query}\n`;
  return w.settings({ gateways: { front: { host: 'front-1.uc.gateway.dev', document } } });
};
const closed = 'security: [{key: []}]\n';
/** The account of the gateways that a test adds. Only it may call. */
const onlyGateway = () =>
  w.set(w.policy, {
    role: 'roles/run.invoker',
    members: [`serviceAccount:${w.sandbox.world.projectNumber}-compute@developer.gserviceaccount.com`],
  });
const iapPolicy = (resource: string, ...members: string[]) =>
  w.own('iap', 'POST', `/v1/projects/sandbox-project/iap_web/${resource}:setIamPolicy`, {
    policy: { bindings: [{ role: 'roles/iap.httpsResourceAccessor', members }] },
  });
const perimeter = (body: object) =>
  w.settings({ perimeters: { 'accessPolicies/700/servicePerimeters/data': { title: 'data', ...body } } });
const inside = () => ({
  resources: [`projects/${w.sandbox.world.projectNumber}`],
  restrictedServices: ['run.googleapis.com', 'storage.googleapis.com'],
});
const bucket = (settings: object) => void addBucket(w.sandbox.world, 'ocr-input', 'US', settings as never);
const kept = {
  versioning: { enabled: true },
  iamConfiguration: { publicAccessPrevention: 'enforced', uniformBucketLevelAccess: { enabled: true } },
};
const refuse = (api: string, path: string) =>
  w.client.control('POST', '/faults', {
    api,
    path,
    times: 100,
    fault: {
      status: 403,
      body: { error: { code: 403, status: 'PERMISSION_DENIED', message: 'Permission denied.' } },
    },
  });

const functionSays = (ingressSettings: string) => {
  const { config } = functionState(w.sandbox.world).functions.get(`${w.client.parent}/functions/ocr`) as {
    config: { serviceConfig?: object };
  };
  config.serviceConfig = { ...config.serviceConfig, ingressSettings };
};

type Build = () => unknown;
const cases: [
  id: PostureRule,
  state: State,
  what: string,
  build: Build,
  says?: RegExp | undefined,
  call?: object,
][] = [
  ['posture-callers', 'present', 'as seeded', () => undefined],
  [
    'posture-callers',
    'absent',
    'allUsers',
    () => w.set(w.policy, { role: 'roles/run.invoker', members: ['allUsers'] }),
    /allUsers/,
  ],
  ['posture-callers', 'bypassable', 'an open gateway', () => gateway(''), /front/],
  [
    'posture-callers',
    'unknown',
    'an unread folder',
    () => refuse('cloudresourcemanager', '//v3/folders/.*/'),
  ],
  [
    'posture-callers',
    'not applicable',
    'nothing deployed',
    () => undefined,
    /Nothing is deployed/,
    { name: 'nothing-here' },
  ],

  [
    'posture-changers',
    'present',
    'no person',
    () =>
      w.set(
        project(),
        ...w.sandbox.world.policies.get(project()).bindings.filter(({ role }) => role !== 'roles/owner'),
      ),
  ],
  [
    'posture-changers',
    'bypassable',
    'the default account is an editor',
    () =>
      add(project(), {
        role: 'roles/editor',
        members: [`serviceAccount:${w.sandbox.world.projectNumber}-compute@developer.gserviceaccount.com`],
      }),
    /runs as this account/,
  ],
  [
    'posture-changers',
    'unknown',
    'the project may not be read',
    () => refuse('cloudresourcemanager', '//v3/projects/.*getIamPolicy/'),
  ],

  [
    'posture-secret-readers',
    'present',
    'the service alone',
    async () => {
      await secret('2');
      secretPolicy(`serviceAccount:${runtime}`);
    },
  ],
  [
    'posture-secret-readers',
    'bypassable',
    'a colleague',
    async () => {
      await secret('2');
      secretPolicy('user:kim@example.com');
    },
    /kim/,
  ],
  [
    'posture-secret-readers',
    'unknown',
    'its policy may not be read',
    async () => {
      await secret('2');
      await refuse('secretmanager', '/.*getIamPolicy.*/');
    },
  ],
  ['posture-secret-readers', 'not applicable', 'no secret', () => template()],

  ['posture-runtime-account', 'present', 'its own', () => template()],
  [
    'posture-runtime-account',
    'bypassable',
    'an editor',
    () => {
      template();
      add(project(), { role: 'roles/editor', members: [`serviceAccount:${runtime}`] });
    },
    /opens the project/,
  ],
  ['posture-runtime-account', 'absent', 'the default one', () => undefined],
  ['posture-runtime-account', 'unknown', 'an unread service', () => refuse('run', '//v2/.*services/ocr$/')],
  [
    'posture-runtime-account',
    'not applicable',
    'nothing deployed',
    () => undefined,
    undefined,
    { name: 'nothing-here' },
  ],

  [
    'posture-organization-policy',
    'present',
    'both',
    () => enforce('run.managed.requireInvokerIam', 'iam.managed.allowedPolicyMembers'),
  ],
  [
    'posture-organization-policy',
    'bypassable',
    'one',
    () => enforce('iam.managed.allowedPolicyMembers'),
    /requireInvokerIam/,
  ],
  ['posture-organization-policy', 'absent', 'none', () => undefined],
  ['posture-organization-policy', 'unknown', 'refused', () => refuse('orgpolicy', '/.*/')],

  ['posture-deny-policy', 'present', 'without a gap', () => deny()],
  [
    'posture-deny-policy',
    'bypassable',
    'with an exception',
    () => deny({ exceptionPrincipals: ['principal://goog/subject/kim@example.com'] }),
    /exceptions/,
  ],
  ['posture-deny-policy', 'absent', 'none', () => undefined],
  ['posture-deny-policy', 'unknown', 'refused', () => refuse('iam', '//v2/policies.*/')],

  [
    'posture-gateway',
    'present',
    'a key for every operation',
    async () => {
      await gateway(closed);
      onlyGateway();
      w.set(
        project(),
        ...w.sandbox.world.policies
          .get(project())
          .bindings.filter(({ role }) => role !== 'roles/run.invoker'),
      );
    },
  ],
  ['posture-gateway', 'bypassable', 'no security', () => gateway(''), /need no credential/],
  [
    'posture-gateway',
    'absent',
    'the API is on, and there is none',
    () => {
      w.sandbox.world.disabledServices.delete('apigateway.googleapis.com');
    },
  ],
  [
    'posture-gateway',
    'unknown',
    'refused',
    async () => {
      await gateway(closed);
      await refuse('apigateway', '/.*/');
    },
  ],
  ['posture-gateway', 'not applicable', 'the API is off', () => undefined],

  [
    'posture-iap',
    'present',
    'on the service',
    async () => {
      Object.assign(w.running(), { iapEnabled: true });
      await iapPolicy('cloud_run-us-central1/services/ocr', 'group:staff@example.com');
    },
  ],
  [
    'posture-iap',
    'bypassable',
    'on the balancer, beside an open default URL',
    () => balance(undefined, { iap: { enabled: true } }),
    /URL of Cloud Run/,
  ],
  ['posture-iap', 'absent', 'off', () => undefined],
  [
    'posture-iap',
    'unknown',
    'its policy may not be read',
    async () => {
      Object.assign(w.running(), { iapEnabled: true });
      await refuse('iap', '/.*/');
    },
  ],

  [
    'posture-balancer',
    'present',
    'ingress for the balancer',
    async () => {
      await balance();
      ingress('INTERNAL_LOAD_BALANCER');
    },
  ],
  ['posture-balancer', 'bypassable', 'ingress all', () => balance()],
  [
    'posture-balancer',
    'absent',
    'none',
    () => {
      w.sandbox.world.disabledServices.delete('compute.googleapis.com');
    },
  ],
  [
    'posture-balancer',
    'unknown',
    'refused',
    async () => {
      await balance();
      await refuse('compute', '/.*/');
    },
  ],
  ['posture-balancer', 'not applicable', 'Compute Engine is off', () => undefined],

  [
    'posture-armor',
    'present',
    'enforced',
    async () => {
      await balance(good());
      ingress('INTERNAL_LOAD_BALANCER');
    },
  ],
  [
    'posture-armor',
    'bypassable',
    'in preview',
    async () => {
      await balance(armor(rules.waf({ preview: true }), rules.all('allow')));
      ingress('INTERNAL_LOAD_BALANCER');
    },
    /preview/,
  ],
  [
    'posture-armor',
    'absent',
    'no policy',
    async () => {
      await balance();
      ingress('INTERNAL_LOAD_BALANCER');
    },
  ],
  [
    'posture-armor',
    'unknown',
    'the policy may not be read',
    async () => {
      await balance(good());
      ingress('INTERNAL_LOAD_BALANCER');
      await refuse('compute', '/.*[sS]ecurityPolicies.*/');
    },
  ],
  [
    'posture-armor',
    'present',
    'a policy of the organisation alone',
    async () => {
      await balance();
      ingress('INTERNAL_LOAD_BALANCER');
      await w.settings({
        armorAbove: [{ name: 'org', ...armor(rules.waf(), rules.limit(), rules.all('goto_next')) }],
      });
    },
    /org on 1 of 1 backends/,
  ],
  [
    'posture-armor',
    'bypassable',
    'a policy of the organisation that ends before its own',
    async () => {
      await balance(good());
      ingress('INTERNAL_LOAD_BALANCER');
      await w.settings({ armorAbove: [{ name: 'org', ...armor(rules.all('allow')) }] });
    },
    /a policy of the organisation, allows every request/,
  ],
  [
    'posture-armor',
    'present',
    'an answer that says nothing of effective policies',
    async () => {
      await balance(good());
      ingress('INTERNAL_LOAD_BALANCER');
      await w.settings({ armorAbove: 'untold' });
    },
  ],
  ['posture-armor', 'not applicable', 'no balancer', () => undefined],

  [
    'posture-rate-limit',
    'present',
    'by the address',
    async () => {
      template();
      await balance(good());
      ingress('INTERNAL_LOAD_BALANCER');
    },
  ],
  [
    'posture-rate-limit',
    'bypassable',
    'by a header',
    async () => {
      template();
      await balance(
        armor(rules.waf(), rules.limit({ enforceOnKey: 'HTTP_HEADER', enforceOnKeyName: 'x-user' })),
      );
      ingress('INTERNAL_LOAD_BALANCER');
    },
    /caller writes/,
  ],
  ['posture-rate-limit', 'absent', 'none', () => undefined],
  [
    'posture-rate-limit',
    'unknown',
    'refused',
    async () => {
      await balance(good());
      await refuse('compute', '/.*/');
    },
  ],

  ['posture-default-url', 'present', 'ingress is internal', () => ingress('INTERNAL_ONLY')],
  [
    'posture-default-url',
    'bypassable',
    'off, and still routed',
    () => Object.assign(w.running(), { defaultUriDisabled: true }),
    /still reaches/,
  ],
  ['posture-default-url', 'absent', 'beside a balancer', () => balance()],
  ['posture-default-url', 'unknown', 'refused', () => refuse('run', '//v2/.*services/ocr$/')],
  ['posture-default-url', 'not applicable', 'the only door', () => undefined],

  [
    'posture-ingress',
    'present',
    'internal',
    () => {
      ingress('INTERNAL_ONLY');
      functionSays('ALLOW_INTERNAL_ONLY');
    },
  ],
  [
    'posture-ingress',
    'bypassable',
    'internal, until the next deploy',
    () => ingress('INTERNAL_ONLY'),
    /next deploy/,
  ],
  ['posture-ingress', 'absent', 'all', () => undefined],
  ['posture-ingress', 'unknown', 'refused', () => refuse('run', '//v2/.*services/ocr$/')],
  [
    'posture-ingress',
    'not applicable',
    'nothing deployed',
    () => undefined,
    undefined,
    { name: 'nothing-here' },
  ],

  ['posture-secret-life-cycle', 'present', 'a named version', () => secret('2')],
  ['posture-secret-life-cycle', 'bypassable', 'latest', () => secret('latest'), /follows the latest/],
  [
    'posture-secret-life-cycle',
    'unknown',
    'refused',
    async () => {
      await secret('2');
      await refuse('secretmanager', '/.*versions.*/');
    },
  ],
  ['posture-secret-life-cycle', 'not applicable', 'no secret', () => template()],

  ['posture-plain-secrets', 'present', 'none', () => undefined],
  [
    'posture-plain-secrets',
    'absent',
    'a password',
    () => template({}, { env: [{ name: 'DB_PASSWORD', value: 'correct-horse' }] }),
    /DB_PASSWORD/,
  ],
  ['posture-plain-secrets', 'unknown', 'refused', () => refuse('run', '//v2/.*services/ocr$/')],
  [
    'posture-plain-secrets',
    'not applicable',
    'nothing deployed',
    () => undefined,
    undefined,
    { name: 'nothing-here' },
  ],

  ['posture-upload', 'present', 'source alone', () => undefined],
  ['posture-upload', 'absent', 'an .env', () => undefined, /config\/\.env/, { name: 'leaky' }],
  ['posture-upload', 'unknown', 'refused', () => refuse('storage', '/.*function-source.*/')],

  ['posture-source', 'present', 'closed', () => undefined],
  [
    'posture-source',
    'absent',
    'everyone reads the bucket',
    () =>
      w.set(
        `//storage.googleapis.com/projects/sandbox-project/buckets/gcf-v2-sources-${w.sandbox.world.projectNumber}-us-central1`,
        { role: 'roles/storage.objectViewer', members: ['allUsers'] },
      ),
  ],
  ['posture-source', 'unknown', 'refused', () => refuse('storage', '/.*\\/iam.*/')],
  [
    'posture-source',
    'not applicable',
    'nothing deployed',
    () => undefined,
    undefined,
    { name: 'nothing-here' },
  ],

  [
    'posture-vulnerabilities',
    'present',
    'scanned',
    async () => {
      template();
      await scanned();
    },
  ],
  [
    'posture-vulnerabilities',
    'bypassable',
    'a fix exists',
    async () => {
      template();
      await scanned();
      await occurrence({ vulnerability: { effectiveSeverity: 'CRITICAL', fixAvailable: true } });
    },
    /CVE-2026-0001/,
  ],
  ['posture-vulnerabilities', 'absent', 'never scanned', () => template()],
  ['posture-vulnerabilities', 'unknown', 'a tag', () => undefined, /by a tag/],
  [
    'posture-vulnerabilities',
    'not applicable',
    'nothing deployed',
    () => undefined,
    undefined,
    { name: 'nothing-here' },
  ],

  [
    'posture-signatures',
    'present',
    'an attestation',
    async () => {
      await w.own('binaryauthorization', 'PUT', '/v1/projects/sandbox-project/policy', {
        defaultAdmissionRule: {
          evaluationMode: 'REQUIRE_ATTESTATION',
          enforcementMode: 'ENFORCED_BLOCK_AND_AUDIT_LOG',
          requireAttestationsBy: ['projects/sandbox-project/attestors/built'],
        },
      });
      Object.assign(w.running(), { binaryAuthorization: { useDefault: true } });
    },
  ],
  [
    'posture-signatures',
    'bypassable',
    'on, and the policy is the one of every new project',
    () => Object.assign(w.running(), { binaryAuthorization: { useDefault: true } }),
    /ALWAYS_ALLOW/,
  ],
  ['posture-signatures', 'absent', 'off', () => undefined],
  [
    'posture-signatures',
    'unknown',
    'refused',
    async () => {
      Object.assign(w.running(), { binaryAuthorization: { useDefault: true } });
      await refuse('binaryauthorization', '/.*/');
    },
  ],
  [
    'posture-signatures',
    'not applicable',
    'nothing deployed',
    () => undefined,
    undefined,
    { name: 'nothing-here' },
  ],

  [
    'posture-encryption',
    'present',
    'a live key',
    async () => {
      await w.settings({
        keys: { [keyName]: { primary: { state: 'ENABLED' }, rotationPeriod: '7776000s' } },
      });
      template({ encryptionKey: keyName });
    },
  ],
  [
    'posture-encryption',
    'bypassable',
    'a dead key',
    async () => {
      await w.settings({
        keys: { [keyName]: { primary: { state: 'DESTROY_SCHEDULED' }, rotationPeriod: '7776000s' } },
      });
      template({ encryptionKey: keyName });
    },
    /no new instance/,
  ],
  ['posture-encryption', 'absent', 'none', () => undefined],
  ['posture-encryption', 'unknown', 'it does not exist', () => template({ encryptionKey: keyName })],
  [
    'posture-encryption',
    'not applicable',
    'nothing deployed',
    () => undefined,
    undefined,
    { name: 'nothing-here' },
  ],

  ['posture-threats', 'present', 'on', () => Object.assign(w.running(), { threatDetectionEnabled: true })],
  [
    'posture-threats',
    'bypassable',
    'with SSH',
    () => Object.assign(w.running(), { threatDetectionEnabled: true, sshEnabled: true }),
    /SSH/,
  ],
  ['posture-threats', 'absent', 'off', () => undefined],
  ['posture-threats', 'unknown', 'refused', () => refuse('run', '//v2/.*services/ocr$/')],
  [
    'posture-threats',
    'not applicable',
    'nothing deployed',
    () => undefined,
    undefined,
    { name: 'nothing-here' },
  ],

  ['posture-perimeter', 'present', 'inside', () => perimeter({ status: inside() })],
  [
    'posture-perimeter',
    'bypassable',
    'a dry run',
    () => perimeter({ spec: inside(), useExplicitDryRunSpec: true }),
    /dry run/,
  ],
  ['posture-perimeter', 'unknown', 'refused', () => refuse('accesscontextmanager', '/.*/')],
  ['posture-perimeter', 'not applicable', 'none', () => undefined],

  ['posture-alerts', 'present', 'to a person', async () => alert(await channel())],
  ['posture-alerts', 'bypassable', 'to nobody', () => alert([]), /no notification channel/],
  [
    'posture-alerts',
    'bypassable',
    'to a channel that is off',
    async () => alert(await channel({ enabled: false })),
    /switched off/,
  ],
  ['posture-alerts', 'absent', 'none', () => undefined],
  ['posture-alerts', 'unknown', 'refused', () => refuse('monitoring', '/.*alertPolicies.*/')],

  ['posture-budget', 'present', 'of the project', () => budget()],
  [
    'posture-budget',
    'bypassable',
    'tells nobody',
    () => budget({ notificationsRule: { disableDefaultIamRecipients: true } }),
  ],
  ['posture-budget', 'absent', 'none', () => undefined],
  ['posture-budget', 'unknown', 'refused', () => refuse('billingbudgets', '/.*/')],
  [
    'posture-budget',
    'not applicable',
    'no billing',
    () => {
      w.sandbox.world.settings.billingEnabled = false;
    },
  ],

  ['posture-buckets', 'present', 'versions', () => bucket(kept), undefined, { buckets: ['ocr-input'] }],
  [
    'posture-buckets',
    'bypassable',
    'nothing comes back',
    () => bucket({ ...kept, versioning: undefined, softDeletePolicy: { retentionDurationSeconds: '0' } }),
    /gone for good/,
    { buckets: ['ocr-input'] },
  ],
  ['posture-buckets', 'unknown', 'it does not exist', () => undefined, undefined, { buckets: ['ocr-input'] }],
  ['posture-buckets', 'not applicable', 'none', () => undefined],
];

describe.each(cases)('%s is %s: %s', (id, state, _what, build, says, call = {}) => {
  test('on the sandbox', async () => {
    await build();
    const row = await w.row(id, call);
    const text = [row.saw, ...row.holes.map((hole) => hole.text)].join('\n');
    expect({ state: row.state, text }).toEqual({ state, text });
    if (says) expect(text).toMatch(says);
    found.add(`${id} ${state}`);
  });
});

test('every row was seen in every state that the cases of the domain know, but for those that nothing here can make', () => {
  const all = protections.flatMap(({ id }) =>
    cases.filter(([one]) => one === id).map(([, state]) => `${id} ${state}`),
  );
  expect([...found].sort()).toEqual([...new Set(all)].sort());
  expect(new Set(cases.map(([id]) => id)).size).toBe(protections.length);
});
