import { callers } from './protections/access/callers.ts';
import { changers } from './protections/access/changers.ts';
import { denyPolicy } from './protections/access/deny-policy.ts';
import { organizationPolicy } from './protections/access/organization-policy.ts';
import { ownAccount } from './protections/access/runtime-account.ts';
import { alerts } from './protections/around/alerts.ts';
import { bucketBackups } from './protections/around/buckets.ts';
import { budget } from './protections/around/budget.ts';
import { closedSource } from './protections/around/leaks.ts';
import { perimeter } from './protections/around/perimeter.ts';
import { armor } from './protections/front/armor.ts';
import { balancer } from './protections/front/balancer.ts';
import { defaultUrl } from './protections/front/default-url.ts';
import { apiGateway } from './protections/front/gateway.ts';
import { iap } from './protections/front/iap.ts';
import { ingress } from './protections/front/ingress.ts';
import { rateLimit } from './protections/front/rate-limit.ts';
import { encryption } from './protections/image/encryption.ts';
import { signatures } from './protections/image/signatures.ts';
import { threats } from './protections/image/threats.ts';
import { vulnerabilities } from './protections/image/vulnerabilities.ts';
import { secretLifeCycle } from './protections/secrets/life-cycle.ts';
import { plainSecrets } from './protections/secrets/plain.ts';
import { secretReaders } from './protections/secrets/readers.ts';
import { cleanUpload } from './protections/secrets/upload.ts';
import type { Protection } from './row.ts';

/** The rows of the table, in its order: from the door inwards. A new protection is a file and a line here. */
export const protections: readonly Protection[] = [
  callers,
  changers,
  secretReaders,
  ownAccount,
  organizationPolicy,
  denyPolicy,
  apiGateway,
  iap,
  balancer,
  armor,
  rateLimit,
  defaultUrl,
  ingress,
  secretLifeCycle,
  plainSecrets,
  cleanUpload,
  closedSource,
  vulnerabilities,
  signatures,
  encryption,
  threats,
  perimeter,
  alerts,
  budget,
  bucketBackups,
];
