import { manifest as auth } from '../../../src/actions/auth/manifest.ts';
import { manifest as capacity } from '../../../src/actions/capacity/manifest.ts';
import { manifest as check } from '../../../src/actions/check/manifest.ts';
import { manifest as deploy } from '../../../src/actions/deploy/manifest.ts';
import { manifest as doctor } from '../../../src/actions/doctor/manifest.ts';
import { manifest as drill } from '../../../src/actions/drill/manifest.ts';
import { manifest as gateway } from '../../../src/actions/gateway/manifest.ts';
import { manifest as guard } from '../../../src/actions/guard/manifest.ts';
import { manifest as logs } from '../../../src/actions/logs/manifest.ts';
import { manifest as model } from '../../../src/actions/model/manifest.ts';
import { manifest as pipeline } from '../../../src/actions/pipeline/manifest.ts';
import { manifest as posture } from '../../../src/actions/posture/manifest.ts';
import { manifest as release } from '../../../src/actions/release/manifest.ts';
import { manifest as rollback } from '../../../src/actions/rollback/manifest.ts';
import { manifest as slo } from '../../../src/actions/slo/manifest.ts';
import { manifest as smokeTest } from '../../../src/actions/smoke-test/manifest.ts';
import { manifest as watch } from '../../../src/actions/watch/manifest.ts';
import type { Manifest } from '../../../src/inputs/manifest.ts';

/** Every action, in the order of the documentation. */
export const manifests: readonly Manifest[] = [
  release,
  auth,
  deploy,
  guard,
  gateway,
  posture,
  check,
  smokeTest,
  watch,
  rollback,
  doctor,
  slo,
  pipeline,
  model,
  logs,
  capacity,
  drill,
];
