import type { CheckRule } from '../../findings/rules/check.ts';
import { gatewayLimits } from './gateway/gateway-limits.ts';
import { gatewayOpen } from './gateway/gateway-open.ts';
import { idTokenMissing, idTokenWide } from './jobs/id-token.ts';
import { deployFromPr, untrustedLogin } from './jobs/untrusted.ts';
import { firebasePublic } from './public/firebase-public.ts';
import { deployUnguarded, guardSoftened } from './public/guard.ts';
import { invokerCheckOff } from './public/invoker-check-off.ts';
import { publicBinding } from './public/public-binding.ts';
import { publicFlag } from './public/public-flag.ts';
import { publicFlagsFile } from './public/public-flags-file.ts';
import { releaseCancelled, releaseConcurrent } from './release/concurrency.ts';
import { noEnvironment } from './release/no-environment.ts';
import { runtimeEnd } from './release/runtime-end.ts';
import { timeoutTooShort } from './release/timeout.ts';
import { usesMoving } from './release/uses-moving.ts';
import type { Rule } from './rule.ts';
import { keyCommitted } from './secrets/key-committed.ts';
import { keyLogin } from './secrets/key-login.ts';
import { secretAsVariable, secretLatest } from './secrets/secret-variables.ts';
import { credsSwept, envInUpload } from './secrets/upload.ts';

export type RuleSet = Partial<Record<CheckRule, Rule>>;

/** The rules that need neither CEL nor a schema, so that most checks start fast. */
export const coreRules: RuleSet = {
  'public-flag': publicFlag,
  'public-flags-file': publicFlagsFile,
  'public-binding': publicBinding,
  'invoker-check-off': invokerCheckOff,
  'firebase-public': firebasePublic,
  'deploy-unguarded': deployUnguarded,
  'guard-softened': guardSoftened,
  'key-login': keyLogin,
  'key-committed': keyCommitted,
  'secret-as-variable': secretAsVariable,
  'secret-latest': secretLatest,
  'env-in-upload': envInUpload,
  'creds-swept': credsSwept,
  'id-token-missing': idTokenMissing,
  'id-token-wide': idTokenWide,
  'untrusted-login': untrustedLogin,
  'deploy-from-pr': deployFromPr,
  'no-environment': noEnvironment,
  'release-cancelled': releaseCancelled,
  'release-concurrent': releaseConcurrent,
  'timeout-too-short': timeoutTooShort,
  'uses-moving': usesMoving,
  'runtime-end': runtimeEnd,
  'gateway-open': gatewayOpen,
  'gateway-limits': gatewayLimits,
};
