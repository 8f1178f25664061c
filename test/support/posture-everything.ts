import { addBucket } from '../../sandbox/storage/state.ts';
import { buildBalancer } from '../sandbox/support/balancer.ts';
import { rules } from './posture-facts.ts';
import type { PostureWorld } from './posture-world.ts';

export const image = `us-central1-docker.pkg.dev/sandbox-project/ocr/ocr@sha256:${'a'.repeat(64)}`;
const keyName = 'projects/sandbox-project/locations/us-central1/keyRings/ring/cryptoKeys/ocr';

/** A service with a balancer, Cloud Armor, IAP, a secret, a key, a bucket, Binary Authorization, an alert and a budget. */
export async function useEverything(w: PostureWorld): Promise<void> {
  await buildBalancer(w.client, {
    service: 'ocr',
    policy: { rules: [rules.waf(), rules.limit(), rules.all('allow')] } as never,
    backend: { iap: { enabled: true } },
  });
  await w.settings({
    secrets: { 'api-key': { 1: 'ENABLED' } },
    keys: { [keyName]: { primary: { state: 'ENABLED' }, rotationPeriod: '7776000s' } },
  });
  addBucket(w.sandbox.world, 'ocr-input', 'US', {
    versioning: { enabled: true },
    iamConfiguration: { publicAccessPrevention: 'enforced', uniformBucketLevelAccess: { enabled: true } },
  });
  await w.own('monitoring', 'POST', '/v3/projects/sandbox-project/notificationChannels', { type: 'email' });
  const channels = await w.client.api(
    'monitoring',
    'GET',
    '/v3/projects/sandbox-project/notificationChannels',
    undefined,
    w.owner,
  );
  await w.own('monitoring', 'POST', '/v3/projects/sandbox-project/alertPolicies', {
    ...{
      displayName: 'errors',
      combiner: 'OR',
      notificationChannels: [channels.body.notificationChannels[0].name],
    },
    conditions: [
      {
        displayName: 'many',
        conditionThreshold: {
          filter: 'metric.type="run.googleapis.com/request_count" AND resource.type="cloud_run_revision"',
          comparison: 'COMPARISON_GT',
          thresholdValue: 1,
          duration: '60s',
        },
      },
    ],
  });
  await w.own('billingbudgets', 'POST', '/v1/billingAccounts/012345-567890-ABCDEF/budgets', {
    displayName: 'ocr',
    thresholdRules: [{ thresholdPercent: 0.9 }],
  });
  Object.assign(w.running(), {
    ingress: 'INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER',
    binaryAuthorization: { useDefault: true },
    template: {
      ...{ serviceAccount: 'ocr@sandbox-project.iam.gserviceaccount.com', encryptionKey: keyName },
      containers: [
        {
          image,
          env: [{ name: 'API_KEY', valueSource: { secretKeyRef: { secret: 'api-key', version: '1' } } }],
        },
      ],
    },
  });
}
