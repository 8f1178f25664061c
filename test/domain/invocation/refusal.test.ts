import { expect, test } from '@jest/globals';
import { explainInvocation, invocationOf } from '../../../src/domain/invocation/refusal.ts';

const call = {
  project: 'my-project',
  region: 'europe-west1',
  service: 'ocr-api',
  audience: 'https://ocr-api-tag.run.app',
  caller: 'invoker@my-project.iam.gserviceaccount.com',
};

test('a 401 is explained by the token, a 403 by the missing role, and no other status is explained', () => {
  expect(explainInvocation(401, call)).toMatchObject({ why: expect.stringContaining(call.audience) });
  expect(explainInvocation(403, call)?.commands?.[0]).toBe(
    'gcloud run services add-iam-policy-binding ocr-api --project=my-project --region=europe-west1 --member=serviceAccount:invoker@my-project.iam.gserviceaccount.com --role=roles/run.invoker --condition=None',
  );
  expect(explainInvocation(500, call)).toBeUndefined();
});

test('an invocation is read from the full name of the service, and needs an account', () => {
  const name = 'projects/my-project/locations/europe-west1/services/ocr-api';
  expect(invocationOf(name, call.audience, call.caller)).toEqual(call);
  expect(invocationOf(name, call.audience, undefined)).toBeUndefined();
  expect(invocationOf('', call.audience, call.caller)).toBeUndefined();
});
