import { describe, expect, test } from '@jest/globals';
import { explainUnreached, unreachedBy } from '../../../src/domain/invocation/unreached.ts';

const page = (title: string, text: string) =>
  `<html><head><title>${title}</title></head><body><h1>Error</h1><h2>${text}</h2></body></html>`;
const answer = (status: number, body: string, headers: Record<string, string> = {}) => ({
  status,
  body,
  headers: { server: 'Google Frontend', ...headers },
});

describe('a request that the front end answered', () => {
  test.each([
    ['a missing role', answer(403, page('403 Forbidden', 'Your client does not have permission')), 'invoker'],
    ['a bad token', answer(401, page('401 Unauthorized', 'Your client does not have permission')), 'token'],
    [
      'ingress',
      answer(404, page('404 Page not found', 'The requested URL was not found on this server.')),
      'ingress',
    ],
    ['ingress, worded as 403', answer(403, page('403 Forbidden', 'Access is forbidden.')), 'ingress'],
    ['a sign-in', answer(302, '', { location: 'https://accounts.google.com/o/oauth2/v2/auth' }), 'iap'],
    ["the function's own 404", answer(404, '{"error":"no such page"}'), undefined],
    [
      "the function's own 403",
      answer(403, '{"error":"no"}', { 'content-type': 'application/json' }),
      undefined,
    ],
    ['a 403 of unknown origin', answer(403, ''), undefined],
    ['no free instance', answer(429, 'Rate exceeded.', { 'content-type': 'text/plain' }), 'capacity'],
    ["the function's own 429", answer(429, '{"error":"slow down"}'), undefined],
    ['a good answer', answer(200, '{"text":"ok"}'), undefined],
  ])('%s', (_, found, by) => {
    expect(unreachedBy(found)).toBe(by);
  });

  test.each([
    [200, '<html>Sign in to the guest network</html>', {}],
    [302, '', { location: 'https://gateway.example/login' }],
    [403, '{"error":"blocked by policy"}', { 'content-type': 'application/json', via: '1.1 squid' }],
    [407, '', { 'proxy-authenticate': 'Basic' }],
    [503, 'no route', { server: 'zscaler' }],
  ])('a proxy on the way that answers %d is not the function', (status, body, headers) => {
    const found = { status, body, headers };
    expect(unreachedBy(found, { behindGoogle: true })).toBe('proxy');
    // A URL that the user names need not be Google's.
    expect(unreachedBy(found)).toBeUndefined();
  });

  const call = {
    project: 'p',
    region: 'r',
    service: 's',
    audience: 'https://s',
    caller: 'ci@p.iam.gserviceaccount.com',
  };
  test('a missing role is explained with the grant, ingress with what lets the runner in', () => {
    expect(explainUnreached('invoker', 403, call).commands?.[0]).toBe(
      'gcloud run services add-iam-policy-binding s --project=p --region=r --member=serviceAccount:ci@p.iam.gserviceaccount.com --role=roles/run.invoker --condition=None',
    );
    expect(explainUnreached('ingress', 404, call)).toMatchObject({
      what: "Google's front end did not pass the request on to service s (404), so the function never saw it.",
      fix: expect.stringContaining('runner inside'),
    });
    for (const by of ['token', 'invoker', 'ingress', 'iap', 'capacity', 'proxy'] as const)
      expect(Object.values(explainUnreached(by, 403)).join('')).not.toContain('undefined');
  });
});
