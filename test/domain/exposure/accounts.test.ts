import { expect, test } from '@jest/globals';
import { projectOfAccount } from '../../../src/domain/exposure/policy/accounts.ts';

test.each([
  ['invoker@p-one.iam.gserviceaccount.com', 'p-one'],
  ['invoker@p-one.example.com.iam.gserviceaccount.com', 'example.com:p-one'],
  ['12-compute@developer.gserviceaccount.com', '12'],
  ['34@cloudbuild.gserviceaccount.com', '34'],
  ['p-one@appspot.gserviceaccount.com', 'p-one'],
  ['person@example.com', undefined],
])('%s belongs to %s', (email, project) => {
  expect(projectOfAccount(email)).toBe(project);
});
