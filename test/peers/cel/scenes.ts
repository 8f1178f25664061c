import type { Value } from '../../../src/domain/cel/value.ts';

/** What the expressions can read. The numbers of a claim are those of JSON. */
export type Scene = Record<
  'assertion' | 'google' | 'attribute' | 'request' | 'resource',
  Record<string, Value>
>;

const request = { time: '2026-11-29T12:00:00Z' };
const resource = {
  name: 'projects/p-one/locations/us-central1/services/ocr',
  service: 'run.googleapis.com',
  type: 'run.googleapis.com/Service',
};

export const scenes: readonly Scene[] = [
  {
    assertion: {
      sub: 'repo:acme/ocr:ref:refs/heads/main',
      repository: 'acme/ocr',
      repository_id: '770001',
      repository_owner: 'acme',
      repository_owner_id: '4211',
      ref: 'refs/heads/main',
      event_name: 'push',
      actor: 'mina',
      head_ref: '',
      job_workflow_ref: 'acme/ocr/.github/workflows/release.yml@refs/heads/main',
      exp: 1796000000,
      groups: ['team-a', 'admins'],
      nested: { level: 'two', on: true },
      ratio: 0.5,
    },
    google: { subject: 'repo:acme/ocr:ref:refs/heads/main', groups: ['admins', 'ops@example.com'] },
    attribute: { repository: 'acme/ocr', repository_id: '770001', owner: 'acme' },
    request,
    resource,
  },
  {
    assertion: {
      sub: 'repo:Ünïted/카메라😀:environment:prod eu',
      repository: 'Ünïted/카메라😀',
      repository_id: '9',
      repository_owner: 'Ünïted',
      repository_owner_id: '10',
      ref: 'refs/tags/v1.2.3\n',
      event_name: 'workflow_dispatch',
      actor: 'İstanbul ſ K',
      environment: 'prod eu',
      exp: 0,
      groups: [],
      nested: {},
    },
    google: { subject: 'Ünïted', groups: [] },
    attribute: { repository: 'Ünïted/카메라😀' },
    request: { time: '2028-02-29T23:59:59Z' },
    resource: { name: '', service: '', type: '' },
  },
];

/** The scene as our evaluator takes it. */
export const variablesOf = (scene: Scene): Scene => ({
  ...scene,
  request: { time: new Date(String(scene.request.time)) },
});
