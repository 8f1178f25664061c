import { expect, test } from '@jest/globals';
import { mayRead, serviceAgentOf } from '../../../src/domain/image/reader.ts';

const agent = serviceAgentOf('42');
const member = `serviceAccount:${agent}`;
const reader = 'roles/artifactregistry.reader';

test.each([
  [true, 'the role', [{ role: reader, members: [member] }]],
  [true, 'a role with more', [{ role: 'roles/artifactregistry.admin', members: [member] }]],
  [true, 'everyone', [{ role: reader, members: ['allUsers'] }]],
  [true, 'every account', [{ role: reader, members: ['user:a@b.c', 'allAuthenticatedUsers'] }]],
  [true, 'the role of the project', [{ role: 'roles/run.serviceAgent', members: [member] }]],
  [false, 'nothing', []],
  [false, 'another account', [{ role: reader, members: [`serviceAccount:${serviceAgentOf('43')}`] }]],
  [false, 'another role', [{ role: 'roles/logging.viewer', members: [member] }]],
  [undefined, 'a group, which may hold it', [{ role: reader, members: ['group:agents@acme.com'] }]],
  [
    undefined,
    'a role of the project, which may hold it',
    [{ role: 'projects/p/roles/pull', members: [member] }],
  ],
  [false, 'a role of the project for another', [{ role: 'projects/p/roles/pull', members: ['user:a@b.c'] }]],
] as const)('%s: %s', (may, _name, bindings) => {
  expect(mayRead(bindings, agent)).toBe(may);
});
