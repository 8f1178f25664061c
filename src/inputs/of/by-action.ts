/** Written by `npm run docs` from the table of inputs. */
import type { Group } from '../../domain/inputs/definition.ts';
import type { ActionName } from '../../domain/report/report.ts';

type Load = () => Promise<{ groups: readonly Group[] }>;

export const own: Readonly<Partial<Record<ActionName, Load>>> = {
  auth: () => import('./auth.ts'),
  capacity: () => import('./capacity.ts'),
  check: () => import('./check.ts'),
  deploy: () => import('./deploy.ts'),
  doctor: () => import('./doctor.ts'),
  drill: () => import('./drill.ts'),
  gateway: () => import('./gateway.ts'),
  guard: () => import('./guard.ts'),
  logs: () => import('./logs.ts'),
  model: () => import('./model.ts'),
  pipeline: () => import('./pipeline.ts'),
  posture: () => import('./posture.ts'),
  release: () => import('./release.ts'),
  rollback: () => import('./rollback.ts'),
  slo: () => import('./slo.ts'),
  'smoke-test': () => import('./smoke-test.ts'),
  watch: () => import('./watch.ts'),
};
