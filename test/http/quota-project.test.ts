import { expect, test } from '@jest/globals';
import { withQuotaProject } from '../../src/http/quota-project.ts';
import { fakeRest } from '../support/fake-rest.ts';

const asks =
  'Your application is authenticating by using local Application Default Credentials. The iam.googleapis.com API requires a quota project, which is not set by default.';
const call = { api: 'iam', method: 'GET', path: 'v1/projects/p/roles/r' } as const;
const refusing = (message: string) =>
  fakeRest(({ headers }) =>
    headers?.['x-goog-user-project'] === 'p'
      ? { body: { name: 'r' } }
      : { status: 403, body: { error: { code: 403, message, status: 'PERMISSION_DENIED' } } },
  );

test('a call that is refused for want of a project is sent again with it', async () => {
  const { rest, calls } = refusing(asks);
  expect((await withQuotaProject(rest, 'p').call(call)).body).toEqual({ name: 'r' });
  expect(calls.map(({ headers }) => headers)).toEqual([undefined, { 'x-goog-user-project': 'p' }]);
});

test('any other refusal is told at once, and nothing is sent a third time', async () => {
  const { rest, calls } = refusing('Permission iam.roles.get denied.');
  await expect(withQuotaProject(rest, 'p').call(call)).rejects.toThrow('iam.roles.get');
  expect(calls).toHaveLength(1);
  const other = refusing(asks);
  await expect(withQuotaProject(other.rest, 'other').call(call)).rejects.toThrow('quota project');
  expect(other.calls).toHaveLength(2);
  await expect(withQuotaProject(other.rest, undefined).call(call)).rejects.toThrow('quota project');
});
