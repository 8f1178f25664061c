import { here } from '../../printed/here.ts';
import type { Scene } from '../scene.ts';
import type { Stage } from '../stage.ts';

/** Buckets that lose data, and an account that may not drill. */

const own = `serviceAccount:${here.deployer}`;
const named = (bucket: string) => `storage.googleapis.com/projects/${here.project}/buckets/${bucket}`;
const mayLook = (bucket: string) => (stage: Stage) =>
  stage.grant(named(bucket), 'roles/storage.bucketViewer', own);

export const drillScenes: readonly Scene[] = [
  {
    from: ['drill drill-unprotected'],
    name: 'a bucket without soft delete and versioning',
    action: 'drill',
    arrange: mayLook('drill-bare'),
    inputs: { drill_buckets: 'drill-bare' },
    told: 'drill-unprotected',
    came: [/^bucket drill-bare\.softDeletePolicy\.retentionDurationSeconds=604800/, /effectiveTime=/],
    went: [/^bucket drill-bare\.softDeletePolicy\.retentionDurationSeconds=0/, /effectiveTime=/],
  },
  {
    from: ['drill drill-window-short'],
    name: 'a bucket that keeps deleted data for a week, and a month is wanted',
    action: 'drill',
    arrange: mayLook('drill-short'),
    inputs: { drill_buckets: 'drill-short', recovery_window: '30d' },
    told: 'drill-window-short',
    passes: true,
    came: [/^bucket drill-short\.softDeletePolicy\.retentionDurationSeconds=2592000/, /effectiveTime=/],
    went: [/^bucket drill-short\.softDeletePolicy\.retentionDurationSeconds=604800/, /effectiveTime=/],
  },
  {
    from: ['drill drill-versions-only'],
    name: 'a bucket that keeps versions and nothing else',
    action: 'drill',
    arrange: mayLook('drill-versions'),
    inputs: { drill_buckets: 'drill-versions' },
    told: 'drill-versions-only',
    passes: true,
    came: [/^bucket drill-versions\.softDeletePolicy\.retentionDurationSeconds=604800/, /effectiveTime=/],
    went: [/^bucket drill-versions\.softDeletePolicy\.retentionDurationSeconds=0/, /effectiveTime=/],
  },
  {
    from: ['drill drill-replication-slow'],
    name: 'a dual-region that may be twelve hours behind, and an hour may be lost',
    action: 'drill',
    arrange: mayLook('drill-slow'),
    inputs: { drill_buckets: 'drill-slow', rpo: '1h' },
    told: 'drill-replication-slow',
    passes: true,
    came: [/^bucket drill-slow\.rpo=ASYNC_TURBO/],
    went: [/^bucket drill-slow\.rpo=DEFAULT/],
  },
  {
    from: ['drill drill-not-done'],
    name: 'an account that may look at a bucket and not write',
    action: 'drill',
    arrange: mayLook('drill-short'),
    inputs: { drill_buckets: 'drill-short', mode: 'restore' },
    told: 'drill-not-done',
    came: [/buckets\/drill-short roles\/storage\.objectUser serviceAccount:deployer@/],
  },
];
