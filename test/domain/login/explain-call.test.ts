import { expect, test } from '@jest/globals';
import {
  explainInvocation,
  explainUnauthenticated,
  invocationOf,
} from '../../../src/domain/login/failure/explain-call.ts';
import { parseProvider } from '../../../src/domain/login/identity.ts';
import type { LoginRequest } from '../../../src/domain/login/request.ts';

const login = {
  provider: parseProvider('projects/42/locations/global/workloadIdentityPools/p/providers/g'),
  run: { repository: 'acme/ocr' },
} as LoginRequest;
const call = {
  project: 'my-project',
  region: 'europe-west1',
  service: 'ocr-api',
  audience: 'https://ocr-api-tag.run.app',
  caller: 'invoker@my-project.iam.gserviceaccount.com',
};

test('401 of an API with a direct login: the product may want an account', () => {
  expect(explainUnauthenticated('cloudfunctions', login)).toMatchObject({
    what: 'cloudfunctions.googleapis.com does not take this login (401).',
    fix: expect.stringContaining('attribute.repository/acme/ocr'),
  });
  expect(explainUnauthenticated('cloudfunctions', { ...login, serviceAccount: 'a@b' })).toBeUndefined();
});

test('401 of a service is the token, 403 is the role, anything else is neither', () => {
  expect(explainInvocation(401, call)).toMatchObject({ why: expect.stringContaining(call.audience) });
  expect(explainInvocation(403, call)?.fix).toBe(
    'gcloud run services add-iam-policy-binding ocr-api --project=my-project --region=europe-west1 --role=roles/run.invoker --member=serviceAccount:invoker@my-project.iam.gserviceaccount.com',
  );
  expect(explainInvocation(500, call)).toBeUndefined();
});

test('an invocation is told from the full name of the service, where somebody calls', () => {
  const name = 'projects/my-project/locations/europe-west1/services/ocr-api';
  expect(invocationOf(name, call.audience, call.caller)).toEqual(call);
  expect(invocationOf(name, call.audience, undefined)).toBeUndefined();
  expect(invocationOf('', call.audience, call.caller)).toBeUndefined();
});
