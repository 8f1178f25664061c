import {
  alertPolicy,
  apiOff,
  bucketOf,
  budgetOf,
  channel,
  denied,
  policyOf,
  read,
} from '../../../support/posture-facts.ts';
import { type Case, casesOf } from './case.ts';

const perimeter = casesOf('posture-perimeter');
const alerts = casesOf('posture-alerts');
const budget = casesOf('posture-budget');
const buckets = casesOf('posture-buckets');

const status = {
  resources: ['projects/1'],
  restrictedServices: ['run.googleapis.com', 'storage.googleapis.com'],
};
const perimeters = (...list: object[]) => ({ perimeters: read(list as never[], 'GET perimeters') });
const policies = (...list: object[]) => ({ alerts: read(list as never[], 'GET alertPolicies') });
const channels = (...list: object[]) => ({ channels: read(list as never[], 'GET notificationChannels') });
const budgets = (...list: object[]) => ({ budgets: read(list as never[], 'GET budgets') });
const filter = (text: string) => ({ conditions: [{ conditionThreshold: { filter: text } }] });

export const aroundCases: Case[] = [
  perimeter(
    'holds',
    'present',
    perimeters({ name: 'accessPolicies/1/servicePerimeters/p', title: 'data', status }),
  ),
  perimeter(
    'a dry run',
    'bypassable',
    perimeters({ name: 'p', title: 'data', spec: status, useExplicitDryRunSpec: true }),
    { says: /refuses nothing/, severity: 'medium' },
  ),
  perimeter(
    'without Cloud Run',
    'bypassable',
    perimeters({
      name: 'p',
      title: 'data',
      status: { ...status, restrictedServices: ['bigquery.googleapis.com'] },
    }),
    { says: /run\.googleapis\.com and storage/ },
  ),
  perimeter(
    'everyone may enter',
    'bypassable',
    perimeters({
      name: 'p',
      title: 'data',
      status: {
        ...status,
        ingressPolicies: [{ ingressFrom: { identityType: 'ANY_IDENTITY', sources: [{ accessLevel: '*' }] } }],
      },
    }),
    { says: /every identity/ },
  ),
  perimeter(
    'everyone may carry data out',
    'bypassable',
    perimeters({
      name: 'p',
      title: 'data',
      status: {
        ...status,
        egressPolicies: [{ egressFrom: { identityType: 'ANY_IDENTITY' }, egressTo: { resources: ['*'] } }],
      },
    }),
    { says: /to any project/ },
  ),
  perimeter(
    'a bridge alone is none',
    'not applicable',
    perimeters({ name: 'p', perimeterType: 'PERIMETER_TYPE_BRIDGE', status }),
  ),
  perimeter(
    'of another project',
    'not applicable',
    perimeters({ name: 'p', status: { ...status, resources: ['projects/2'] } }),
  ),
  perimeter(
    'the number of the project was not read',
    'unknown',
    {
      ...perimeters({ name: 'p', title: 'data', status }),
      guard: { more: { projectNumber: undefined } },
    },
    { says: /number of the project/ },
  ),
  perimeter('no organisation', 'not applicable', {
    perimeters: undefined,
    guard: { ancestry: read([], 'POST getAncestry') },
  }),
  perimeter(
    'may not be read',
    'unknown',
    { perimeters: denied('GET perimeters', 'accesscontextmanager.servicePerimeters.list') },
    { permission: 'accesscontextmanager.servicePerimeters.list' },
  ),
  perimeter('the organisation may not be read', 'unknown', {
    perimeters: undefined,
    guard: { ancestry: denied('POST getAncestry', 'resourcemanager.projects.get') },
  }),

  alerts('one that tells somebody', 'present', {}),
  alerts(
    'one about every service',
    'present',
    policies(
      alertPolicy(
        filter('metric.type="run.googleapis.com/request_count" resource.type="cloud_run_revision"'),
      ),
    ),
  ),
  alerts(
    'one in PromQL',
    'present',
    policies(
      alertPolicy({
        conditions: [
          {
            conditionPrometheusQueryLanguage: {
              query: 'sum(rate(run_googleapis_com:request_count{service_name="ocr"}[5m])) > 1',
            },
          },
        ],
      }),
    ),
  ),
  alerts(
    'only about another service',
    'absent',
    policies(
      alertPolicy(filter('resource.type="cloud_run_revision" resource.labels.service_name="ocr-two"')),
    ),
    { severity: 'medium' },
  ),
  alerts(
    'about every service but this one',
    'absent',
    policies(alertPolicy(filter('resource.type="cloud_run_revision" resource.labels.service_name!="ocr"'))),
  ),
  alerts(
    'about other services by a function of the language',
    'absent',
    policies(
      alertPolicy(
        filter(
          'resource.type="cloud_run_revision" resource.labels.service_name=monitoring.regex.full_match("shop-.*")',
        ),
      ),
      alertPolicy(
        filter('resource.type="cloud_run_revision" resource.labels.service_name=starts_with("shop")'),
      ),
    ),
  ),
  alerts(
    'about this service by how it begins',
    'present',
    policies(
      alertPolicy(
        filter('resource.type="cloud_run_revision" resource.labels.service_name=starts_with("oc")'),
      ),
    ),
  ),
  alerts(
    'about another region alone',
    'absent',
    policies(
      alertPolicy(
        filter(
          'resource.type="cloud_run_revision" resource.labels.service_name="ocr" resource.labels.location="asia-northeast3"',
        ),
      ),
    ),
  ),
  alerts(
    'about this region',
    'present',
    policies(
      alertPolicy(filter('resource.type="cloud_run_revision" resource.labels.location="us-central1"')),
    ),
  ),
  alerts('none', 'absent', policies()),
  alerts('the API is off', 'absent', { alerts: apiOff('GET alertPolicies') }),
  alerts('without a channel', 'bypassable', policies(alertPolicy({ notificationChannels: [] })), {
    says: /no notification channel/,
    severity: 'high',
  }),
  alerts('switched off', 'bypassable', policies(alertPolicy({ enabled: false })), { says: /switched off/ }),
  alerts('the channel is off', 'bypassable', channels(channel({ enabled: false })), {
    says: /channels are switched off/,
  }),
  alerts(
    'the channel was never verified',
    'bypassable',
    channels(channel({ verificationStatus: 'UNVERIFIED' })),
  ),
  alerts('the channel is gone', 'bypassable', channels(), { says: /do not exist any more/ }),
  alerts(
    'one tells somebody, another nobody',
    'present',
    policies(alertPolicy(), alertPolicy({ notificationChannels: [] })),
  ),
  alerts(
    'may not be read',
    'unknown',
    { alerts: denied('GET alertPolicies', 'monitoring.alertPolicies.list') },
    { permission: 'monitoring.alertPolicies.list' },
  ),
  alerts(
    'the channels may not be read',
    'unknown',
    { channels: denied('GET notificationChannels', 'monitoring.notificationChannels.list') },
    { permission: 'monitoring.notificationChannels.list' },
  ),

  budget('of the project', 'present', {}),
  budget('of the whole account', 'present', budgets(budgetOf({ budgetFilter: {} }))),
  budget('of another project', 'absent', budgets(budgetOf({ budgetFilter: { projects: ['projects/2'] } })), {
    severity: 'low',
  }),
  budget('of one product alone', 'absent', budgets(budgetOf({ budgetFilter: { services: ['services/A'] } }))),
  budget(
    'of a folder that is not above the project',
    'absent',
    budgets(budgetOf({ budgetFilter: { resourceAncestors: ['folders/999'] } })),
  ),
  budget(
    'of a folder above the project',
    'present',
    budgets(budgetOf({ budgetFilter: { resourceAncestors: ['folders/11'] } })),
  ),
  budget(
    'of a time that is over',
    'absent',
    budgets(budgetOf({ budgetFilter: { customPeriod: { endDate: { year: 2026, month: 10, day: 31 } } } })),
  ),
  budget(
    'of a time that is not over',
    'present',
    budgets(budgetOf({ budgetFilter: { customPeriod: { endDate: { year: 2026, month: 11, day: 30 } } } })),
  ),
  budget('without a threshold', 'bypassable', budgets(budgetOf({ thresholdRules: [] })), {
    says: /no threshold/,
  }),
  budget(
    'that tells nobody',
    'bypassable',
    budgets(budgetOf({ notificationsRule: { disableDefaultIamRecipients: true } })),
    { says: /names nobody else/ },
  ),
  budget(
    'that tells a topic',
    'present',
    budgets(
      budgetOf({
        notificationsRule: { disableDefaultIamRecipients: true, pubsubTopic: 'projects/p-one/topics/money' },
      }),
    ),
  ),
  budget('no billing', 'not applicable', {
    billing: read({ name: 'projects/p-one/billingInfo', billingEnabled: false }, 'GET billingInfo'),
  }),
  budget(
    'may not be read',
    'unknown',
    { budgets: denied('GET budgets', 'billing.budgets.list') },
    { permission: 'billing.budgets.list' },
  ),

  buckets('versions, and closed', 'present', { buckets: [bucketOf()] }),
  buckets('deleted objects stay for a week', 'present', {
    buckets: [bucketOf({ versioning: undefined, softDeletePolicy: { retentionDurationSeconds: '604800' } })],
  }),
  buckets(
    'nothing comes back',
    'bypassable',
    { buckets: [bucketOf({ versioning: undefined, softDeletePolicy: { retentionDurationSeconds: '0' } })] },
    { says: /gone for good/, severity: 'medium' },
  ),
  buckets(
    'versions that the lifecycle deletes at once',
    'bypassable',
    {
      buckets: [
        bucketOf({
          lifecycle: { rule: [{ action: { type: 'Delete' }, condition: { isLive: false, age: 0 } }] },
        }),
      ],
    },
    { says: /as soon as it is replaced/, severity: 'medium' },
  ),
  buckets('versions that the lifecycle leaves for a month', 'present', {
    buckets: [
      bucketOf({
        lifecycle: { rule: [{ action: { type: 'Delete' }, condition: { daysSinceNoncurrentTime: 30 } }] },
      }),
    ],
  }),
  buckets(
    'it may become public',
    'bypassable',
    {
      buckets: [
        bucketOf({
          iamConfiguration: {
            publicAccessPrevention: 'inherited',
            uniformBucketLevelAccess: { enabled: true },
          },
        }),
      ],
    },
    { severity: 'low' },
  ),
  buckets(
    'it is public',
    'bypassable',
    { buckets: [bucketOf({}, policyOf({ role: 'roles/storage.objectViewer', members: ['allUsers'] }))] },
    { severity: 'critical' },
  ),
  buckets(
    'it is public from a day on',
    'bypassable',
    {
      buckets: [
        bucketOf(
          {},
          policyOf({
            role: 'roles/storage.objectViewer',
            members: ['allUsers'],
            condition: {
              title: 'later',
              expression: 'request.time > timestamp("2026-01-01T00:00:00Z")',
            },
          }),
        ),
      ],
    },
    { severity: 'critical' },
  ),
  buckets(
    'may not be read',
    'unknown',
    { buckets: [{ name: 'ocr-input', reading: denied('GET b', 'storage.buckets.get'), policy: policyOf() }] },
    { permission: 'storage.buckets.get' },
  ),
  buckets('none', 'not applicable', {}),
];
