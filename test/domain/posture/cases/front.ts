import type { GatewayFact } from '../../../../src/domain/exposure/facts.ts';
import {
  apiOff,
  armorOf,
  backendOf,
  broken,
  denied,
  goodArmor,
  type PostureChange,
  policyOf,
  read,
  rules,
  serviceOf,
} from '../../../support/posture-facts.ts';
import { type Case, casesOf } from './case.ts';

const gateway = casesOf('posture-gateway');
const iap = casesOf('posture-iap');
const balancer = casesOf('posture-balancer');
const armor = casesOf('posture-armor');
const limit = casesOf('posture-rate-limit');
const url = casesOf('posture-default-url');
const ingress = casesOf('posture-ingress');

const closedGateway: GatewayFact = {
  name: 'projects/p-one/locations/us-central1/gateways/g',
  host: 'g-1.uc.gateway.dev',
  account: 'gw@p-one.iam.gserviceaccount.com',
  openOperations: [],
  totalOperations: 2,
};
const gateways = (change: Partial<GatewayFact> = {}) => ({
  more: {
    gateways: read(
      [{ ...closedGateway, ...change }],
      'GET apigateway/v1/projects/p-one/locations/-/gateways',
    ),
  },
});
const gatewayCalls = {
  role: 'roles/run.invoker',
  members: ['serviceAccount:gw@p-one.iam.gserviceaccount.com'],
};

const call = 'GET run/v2/s';
const behind = read(serviceOf({ ingress: 'INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER' }), call);
const internal = read(serviceOf({ ingress: 'INGRESS_TRAFFIC_INTERNAL_ONLY' }), call);
const backends = (...list: ReturnType<typeof backendOf>[]) =>
  read(list, 'GET compute/v1/projects/p-one/aggregated/backendServices');
/** The last rule of a policy of an organisation hands the request on. */
const last = rules.all('goto_next');
const organisation = (list: Parameters<typeof armorOf>[0]) => {
  const policy = armorOf(list, {
    name: 'org-policy',
    selfLink: 'https://www.googleapis.com/compute/v1/locations/global/securityPolicies/7',
  });
  return policy.ok ? read([policy.value], 'GET effective') : policy;
};
const above = (
  policies: ReturnType<typeof organisation>,
  own?: ReturnType<typeof armorOf>,
): PostureChange => ({
  service: behind,
  backends: backends(backendOf({ policy: own, above: policies })),
});
const balanced = (policy = goodArmor(), raw = {}): PostureChange => ({
  service: behind,
  backends: backends(backendOf({ policy, raw })),
});
const unreadBackends = denied('GET compute', 'compute.regionNetworkEndpointGroups.list');
const iapOn = { iap: { enabled: true } };
const someone = policyOf({ role: 'roles/iap.httpsResourceAccessor', members: ['group:staff@example.com'] });
const everyone = policyOf({ role: 'roles/iap.httpsResourceAccessor', members: ['allUsers'] });

export const frontCases: Case[] = [
  gateway('every operation is closed, and only the gateway may call', 'present', {
    guard: { ...gateways(), bindings: { service: [gatewayCalls] } },
  }),
  gateway(
    'an open operation',
    'bypassable',
    { guard: gateways({ openOperations: ['GET /ocr'] }) },
    { says: /GET \/ocr/, severity: 'critical' },
  ),
  gateway(
    'a closed gateway whose backend is public',
    'bypassable',
    {
      guard: {
        ...gateways(),
        bindings: { service: [gatewayCalls, { role: 'roles/run.invoker', members: ['allUsers'] }] },
      },
    },
    { says: /answers the public itself/, severity: 'critical' },
  ),
  gateway(
    'another caller',
    'bypassable',
    {
      guard: {
        ...gateways(),
        bindings: {
          service: [gatewayCalls, { role: 'roles/run.invoker', members: ['user:kim@example.com'] }],
        },
      },
    },
    { says: /without the keys/, severity: 'low' },
  ),
  gateway(
    'a company that may call every service of the folder',
    'bypassable',
    {
      guard: {
        ...gateways(),
        bindings: {
          service: [gatewayCalls],
          folder: [{ role: 'roles/run.invoker', members: ['domain:example.com'] }],
        },
      },
    },
    { says: /domain:example.com can call the service itself, by roles\/run.invoker on/, severity: 'high' },
  ),
  gateway(
    'a group that may call every service of the project until next year',
    'bypassable',
    {
      guard: {
        ...gateways(),
        bindings: {
          service: [gatewayCalls],
          project: [
            {
              role: 'roles/run.invoker',
              members: ['group:partners@example.com'],
              condition: { title: 'until', expression: 'request.time < timestamp("2027-12-31T00:00:00Z")' },
            },
          ],
        },
      },
    },
    { says: /group:partners@example.com/ },
  ),
  gateway('a company that may see the project', 'present', {
    guard: {
      ...gateways(),
      bindings: {
        service: [gatewayCalls],
        project: [{ role: 'roles/run.viewer', members: ['domain:example.com'] }],
      },
    },
  }),
  gateway(
    'none',
    'absent',
    { guard: { more: { gateways: read([], 'GET apigateway') } } },
    { severity: 'info' },
  ),
  gateway('the API is off', 'not applicable', { guard: { more: { gateways: apiOff('GET apigateway') } } }),
  gateway(
    'may not be read',
    'unknown',
    { guard: { more: { gateways: denied('GET apigateway', 'apigateway.gateways.list') } } },
    { permission: 'apigateway.gateways.list' },
  ),

  iap('on the service', 'present', {
    service: read(serviceOf({ iapEnabled: true }), call),
    guard: {
      service: { iapEnabled: true },
      bindings: { iap: [{ role: 'roles/iap.httpsResourceAccessor', members: ['group:staff@example.com'] }] },
    },
  }),
  iap(
    'on the service, and everyone may sign in',
    'bypassable',
    {
      service: read(serviceOf({ iapEnabled: true }), call),
      guard: {
        service: { iapEnabled: true },
        bindings: { iap: [{ role: 'roles/iap.httpsResourceAccessor', members: ['allUsers'] }] },
      },
    },
    { says: /allUsers/, severity: 'critical' },
  ),
  iap(
    'everyone is let in by the policy of the project',
    'bypassable',
    {
      service: behind,
      backends: backends(backendOf({ raw: iapOn, access: someone })),
      guard: {
        bindings: { project: [{ role: 'roles/iap.httpsResourceAccessor', members: ['allUsers'] }] },
      },
    },
    { says: /lets in/, severity: 'critical' },
  ),
  iap(
    'everyone is let in by a role of their own on the project, with a condition',
    'bypassable',
    {
      service: behind,
      backends: backends(backendOf({ raw: iapOn, access: someone })),
      guard: {
        bindings: {
          project: [
            {
              role: 'projects/p-one/roles/staff',
              members: ['allAuthenticatedUsers'],
              condition: { title: 'path', expression: 'request.path.startsWith("/")' },
            },
          ],
        },
        roles: { 'projects/p-one/roles/staff': read(['iap.webServiceVersions.accessViaIAP'], 'GET role') },
      },
    },
    { says: /lets in/, severity: 'critical' },
  ),
  iap(
    'a folder that may let everyone in could not be read',
    'unknown',
    {
      service: behind,
      backends: backends(backendOf({ raw: iapOn, access: someone })),
      guard: { unread: { folder: denied('POST folders/11', 'resourcemanager.folders.getIamPolicy') } },
    },
    { permission: 'resourcemanager.folders.getIamPolicy' },
  ),
  iap('on the balancer alone, with ingress for the balancer', 'present', {
    service: behind,
    backends: backends(backendOf({ raw: iapOn, access: someone })),
  }),
  iap(
    'on the balancer, beside an open default URL',
    'bypassable',
    { backends: backends(backendOf({ raw: iapOn, access: someone })) },
    { says: /URL of Cloud Run/, severity: 'high' },
  ),
  iap(
    'on one of two backends',
    'bypassable',
    {
      service: behind,
      backends: backends(backendOf({ raw: iapOn, access: someone }), backendOf({ raw: { name: 'side' } })),
    },
    { says: /side/, severity: 'high' },
  ),
  iap(
    'on the balancer, and everyone may sign in',
    'bypassable',
    { service: behind, backends: backends(backendOf({ raw: iapOn, access: everyone })) },
    { severity: 'critical' },
  ),
  iap(
    'on both',
    'bypassable',
    {
      service: read(serviceOf({ iapEnabled: true, ingress: 'INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER' }), call),
      backends: backends(backendOf({ raw: iapOn, access: someone })),
      guard: { service: { iapEnabled: true }, bindings: { iap: [] } },
    },
    { says: /not to do/, severity: 'low' },
  ),
  iap(
    'a folder lets everyone through',
    'bypassable',
    {
      service: read(serviceOf({ iapEnabled: true }), call),
      guard: {
        service: { iapEnabled: true },
        bindings: {
          iap: [],
          folder: [{ role: 'roles/iap.httpsResourceAccessor', members: ['allAuthenticatedUsers'] }],
        },
      },
    },
    { says: /folder folders\/11/, severity: 'critical' },
  ),
  iap('off', 'absent', {}, { severity: 'info' }),
  iap(
    'its policy may not be read',
    'unknown',
    {
      service: behind,
      backends: backends(
        backendOf({ raw: iapOn, access: denied('POST iap', 'iap.webServices.getIamPolicy') }),
      ),
    },
    { permission: 'iap.webServices.getIamPolicy' },
  ),
  iap('the service may not be read', 'unknown', { service: denied(call, 'run.services.get') }),

  balancer('ingress for the balancer alone', 'present', balanced()),
  balancer(
    'ingress all',
    'bypassable',
    { backends: backends(backendOf()) },
    { says: /do not come through the balancer/ },
  ),
  balancer('none', 'absent', {}, { severity: 'info' }),
  balancer('Compute Engine is off', 'not applicable', { backends: apiOff('GET compute') }),
  balancer(
    'may not be read',
    'unknown',
    { backends: unreadBackends },
    { permission: 'compute.regionNetworkEndpointGroups.list' },
  ),

  armor('signatures, a limit and 64 KB', 'present', balanced()),
  armor(
    'signatures in preview',
    'bypassable',
    balanced(armorOf([rules.waf({ preview: true }), rules.limit(), rules.all('allow')])),
    { says: /preview/, severity: 'high' },
  ),
  armor('only the default rule', 'bypassable', balanced(armorOf([rules.all('allow')])), {
    says: /refuses anything/,
    severity: 'high',
  }),
  armor(
    'everything is allowed before the signatures',
    'bypassable',
    balanced(armorOf([rules.all('allow', { priority: 10 }), rules.waf(), rules.all('allow')])),
    { says: /Rule 10 .* never asked/, severity: 'high' },
  ),
  armor(
    'a limit that fits all stands before the signatures',
    'bypassable',
    balanced(armorOf([rules.limit({}, { priority: 500 }), rules.waf(), rules.all('allow')])),
    { says: /below its limit/, severity: 'high' },
  ),
  armor(
    'the expression true is allowed first',
    'bypassable',
    balanced(
      armorOf([
        { priority: 1, action: 'allow', match: { expr: { expression: 'true' } } },
        rules.waf(),
        rules.all('allow'),
      ]),
    ),
    { says: /never asked/ },
  ),
  armor(
    'every address is allowed first',
    'bypassable',
    balanced(
      armorOf([
        {
          priority: 1,
          action: 'allow',
          match: { config: { srcIpRanges: ['0.0.0.0/0', '::/0'] }, versionedExpr: 'SRC_IPS_V1' },
        },
        rules.waf(),
        rules.all('allow'),
      ]),
    ),
    { says: /never asked/ },
  ),
  armor(
    '8 KB of a body',
    'bypassable',
    balanced(armorOf([rules.waf(), rules.limit(), rules.all('allow')], { advancedOptionsConfig: {} })),
    { says: /first 8 KB/, severity: 'low' },
  ),
  armor(
    'signatures on one path',
    'bypassable',
    balanced(
      armorOf([
        rules.waf({
          match: {
            expr: {
              expression: "request.path.matches('/admin') && evaluatePreconfiguredWaf('sqli-v33-stable')",
            },
          },
        }),
        rules.limit(),
        rules.all('allow'),
      ]),
    ),
    { says: /only in some requests/, severity: 'medium' },
  ),
  armor('an edge policy', 'bypassable', balanced(armorOf([rules.waf()], { type: 'CLOUD_ARMOR_EDGE' })), {
    says: /cache/,
  }),
  armor(
    'signatures that are all switched off, or that refuse everything but an attack',
    'bypassable',
    balanced(
      armorOf([
        rules.waf({
          match: { expr: { expression: "evaluatePreconfiguredWaf('sqli-v33-stable', {'sensitivity': 0})" } },
        }),
        rules.waf({
          priority: 1001,
          match: { expr: { expression: "!evaluatePreconfiguredWaf('xss-v33-stable')" } },
        }),
        rules.limit(),
        rules.all('allow'),
      ]),
    ),
    { says: /No enforced rule/ },
  ),
  armor(
    'signatures that are named one by one',
    'present',
    balanced(
      armorOf([
        rules.waf({
          match: {
            expr: {
              expression:
                "evaluatePreconfiguredWaf('sqli-v33-stable', {'sensitivity': 0, 'opt_in_rule_ids': ['owasp-crs-v030301-id942100-sqli']})",
            },
          },
        }),
        rules.limit(),
        rules.all('allow'),
      ]),
    ),
  ),
  armor('no signatures', 'bypassable', balanced(armorOf([rules.limit(), rules.all('allow')])), {
    says: /evaluatePreconfiguredWaf/,
    severity: 'low',
  }),
  armor(
    'beside an open default URL',
    'bypassable',
    { backends: backends(backendOf()) },
    { says: /never meets the load balancer/, severity: 'high' },
  ),
  armor(
    'beside a gateway',
    'bypassable',
    { ...balanced(), guard: gateways() },
    { says: /gateway\.dev/, severity: 'medium' },
  ),
  armor(
    'on one of two backends',
    'bypassable',
    {
      service: behind,
      backends: backends(backendOf(), backendOf({ policy: undefined, raw: { name: 'side' } })),
    },
    { says: /side has no policy/, severity: 'high' },
  ),
  armor(
    'on no backend',
    'absent',
    { service: behind, backends: backends(backendOf({ policy: undefined })) },
    { severity: 'high' },
  ),
  armor(
    'only a policy of the organisation, which refuses',
    'present',
    above(organisation([rules.waf(), rules.limit(), last])),
    {
      says: /org-policy on 1 of 1 backends/,
    },
  ),
  armor(
    'only a policy of the organisation, in preview',
    'bypassable',
    above(organisation([rules.waf({ preview: true }), last])),
    {
      says: /in preview/,
    },
  ),
  armor(
    'a policy of the organisation that allows everything before its own',
    'bypassable',
    above(organisation([rules.all('allow', { priority: 1 })]), goodArmor()),
    { says: /org-policy, a policy of the organisation, allows every request/ },
  ),
  armor(
    'its own limit, and signatures of the organisation',
    'present',
    above(organisation([rules.waf(), last]), armorOf([rules.limit(), rules.all('allow')])),
  ),
  armor('policies of the organisation that may not be read', 'present', {
    service: behind,
    backends: backends(
      backendOf({ above: denied('GET compute', 'compute.backendServices.getEffectiveSecurityPolicies') }),
    ),
  }),
  limit('a limit of the organisation', 'present', above(organisation([rules.limit(), last]))),
  armor('no balancer', 'not applicable', {}),
  armor(
    'the policy may not be read',
    'unknown',
    balanced(denied('GET compute', 'compute.securityPolicies.get')),
    { permission: 'compute.securityPolicies.get' },
  ),

  limit('by the address', 'present', balanced()),
  limit(
    'by a header',
    'bypassable',
    balanced(
      armorOf([
        rules.waf(),
        rules.limit({ enforceOnKey: 'HTTP_HEADER', enforceOnKeyName: 'x-user' }),
        rules.all('allow'),
      ]),
    ),
    { says: /a header \(x-user\), which the caller writes/, severity: 'high' },
  ),
  limit(
    'by X-Forwarded-For',
    'bypassable',
    balanced(armorOf([rules.limit({ enforceOnKey: 'XFF_IP' }), rules.all('allow')])),
    { says: /X-Forwarded-For/ },
  ),
  limit(
    'by the address and a cookie together',
    'bypassable',
    balanced(
      armorOf([
        rules.limit({
          enforceOnKeyConfigs: [
            { enforceOnKeyType: 'IP' },
            { enforceOnKeyType: 'HTTP_COOKIE', enforceOnKeyName: 'sid' },
          ],
        }),
        rules.all('allow'),
      ]),
    ),
    { says: /a cookie/ },
  ),
  limit(
    'one for the whole world',
    'bypassable',
    balanced(armorOf([rules.limit({ enforceOnKey: 'ALL' }), rules.all('allow')])),
    { says: /whole world/, severity: 'medium' },
  ),
  limit(
    'in preview',
    'bypassable',
    balanced(armorOf([rules.limit({}, { preview: true }), rules.all('allow')])),
    { says: /limits nothing/ },
  ),
  limit(
    'after a rule that allows all',
    'bypassable',
    balanced(armorOf([rules.all('allow', { priority: 1 }), rules.limit()])),
    { says: /never asked/ },
  ),
  limit(
    'of one path',
    'bypassable',
    balanced(
      armorOf([
        rules.limit({}, { match: { expr: { expression: "request.path.matches('/admin')" } } }),
        rules.all('allow'),
      ]),
    ),
    { says: /only some requests/, severity: 'low' },
  ),
  limit(
    'a limit on one path by a header, and one by the address for all',
    'present',
    balanced(
      armorOf([
        rules.limit(
          { enforceOnKey: 'HTTP_HEADER' },
          { priority: 5, match: { expr: { expression: "request.path == '/a'" } }, preview: true },
        ),
        rules.limit(),
        rules.all('allow'),
      ]),
    ),
  ),
  limit(
    'beside an open default URL',
    'bypassable',
    { backends: backends(backendOf()) },
    { severity: 'high' },
  ),
  limit(
    'instances without a bound',
    'bypassable',
    {
      ...balanced(),
      service: read(
        serviceOf({ ingress: 'INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER', template: { scaling: {} } }),
        call,
      ),
    },
    { says: /becomes a bill/ },
  ),
  limit('none', 'absent', {}, { severity: 'low' }),
  limit('may not be read', 'unknown', { backends: unreadBackends }),

  url('ingress is internal', 'present', { service: internal }),
  url('off', 'present', {
    service: read(serviceOf({ defaultUriDisabled: true }), call),
    guard: { service: { defaultUriDisabled: true, urls: [] }, function: { urls: [] } },
  }),
  url(
    'off, but another URL is still routed',
    'bypassable',
    { service: read(serviceOf({ defaultUriDisabled: true }), call) },
    { says: /still reaches/ },
  ),
  url(
    'on, beside a balancer',
    'absent',
    { backends: backends(backendOf()) },
    { says: /around the load balancer/, severity: 'medium' },
  ),
  url('on, beside a gateway', 'absent', { guard: gateways() }, { says: /around the gateway/ }),
  url('on, and the only door', 'not applicable', {}),
  url('the service may not be read', 'unknown', { service: denied(call, 'run.services.get') }),

  ingress('for the balancer', 'present', { service: behind }),
  ingress('internal', 'present', { service: internal }),
  ingress(
    'internal, until the next deploy of the function',
    'bypassable',
    {
      service: internal,
      function: read({ name: 'f', serviceConfig: { ingressSettings: 'ALLOW_ALL' } }, 'GET f'),
    },
    { says: /next deploy/, severity: 'medium' },
  ),
  ingress(
    'all with a balancer',
    'absent',
    { backends: backends(backendOf()) },
    { says: /meet none of its policies/, severity: 'high' },
  ),
  ingress('all without a balancer', 'absent', {}, { severity: 'info' }),
  ingress('a first generation', 'not applicable', { service: undefined }),
  ingress('may not be read', 'unknown', { service: broken(call) }, { says: /500/ }),
];
