import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { signJwt } from '../../sandbox/core/keys.ts';
import { grant } from '../../sandbox/core/policies.ts';
import { passIap } from '../../sandbox/iap/pass.ts';
import { type Sandbox, startSandbox } from '../../sandbox/index.ts';

/** What Identity-Aware Proxy takes from a service account that signs for itself (cloud.google.com/iap/docs/authentication-howto). */

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox();
  const { policies, project } = sandbox.world;
  grant(
    policies,
    `//iap.googleapis.com/projects/${project}/iap_web/compute/services/front`,
    'roles/iap.httpsResourceAccessor',
    `serviceAccount:${sandbox.env.INVOKER_SERVICE_ACCOUNT}`,
  );
});
afterAll(() => sandbox?.stop());

const url = 'https://ocr.example.com/a';
test.each([
  ['everything at the address', {}, true],
  ['the very address', { aud: url }, true],
  ['another host', { aud: 'https://other.example.com/*' }, false],
  ['another path', { aud: 'https://ocr.example.com/b/*' }, false],
  ['the address without a star', { aud: 'https://ocr.example.com/' }, false],
  ['another subject', { sub: 'kim@example.com' }, false],
  ['two hours', { live: 7200 }, false],
  ['a time that is over', { live: -1 }, false],
  ['a time that has not begun', { begins: 600 }, false],
])('a JWT for %s', (_, change: { aud?: string; sub?: string; live?: number; begins?: number }, passes) => {
  const { world } = sandbox;
  const account = sandbox.env.INVOKER_SERVICE_ACCOUNT as string;
  const iat = Math.floor(world.now() / 1000) + (change.begins ?? 0);
  const token = signJwt(world.googleKey, {
    ...{ iss: account, sub: change.sub ?? account, aud: change.aud ?? 'https://ocr.example.com/*' },
    ...{ iat, exp: iat + (change.live ?? 3600) },
  });
  const what = {
    names: [`projects/${world.project}/iap_web/compute/services/front`],
    assertionAudience: 'x',
  };
  const answer = passIap(world, what, { method: 'GET', url, headers: { authorization: `Bearer ${token}` } });
  expect('status' in answer ? answer.status : 200).toBe(passes ? 200 : 401);
});
