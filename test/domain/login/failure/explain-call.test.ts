import { expect, test } from '@jest/globals';
import { explainUnauthenticated } from '../../../../src/domain/login/failure/explain-call.ts';
import { parseProvider } from '../../../../src/domain/login/identity.ts';
import type { LoginRequest } from '../../../../src/domain/login/request.ts';

const login = {
  provider: parseProvider('projects/42/locations/global/workloadIdentityPools/p/providers/g'),
  run: { repository: 'acme/ocr' },
} as LoginRequest;
test('an API that refuses a direct login with 401 may accept only service accounts', () => {
  expect(explainUnauthenticated('cloudfunctions', login)).toMatchObject({
    what: 'cloudfunctions.googleapis.com does not accept this login (401).',
    commands: [expect.stringContaining('attribute.repository/acme/ocr')],
  });
  expect(explainUnauthenticated('cloudfunctions', { ...login, serviceAccount: 'a@b' })).toBeUndefined();
});
