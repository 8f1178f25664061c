import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { probeUrl } from '../../../src/domain/exposure/probes.ts';
import { classifyProbe } from '../../../src/domain/invocation/front-end.ts';
import { forbiddenPage } from '../../support/exposure-facts.ts';

const google = { server: 'Google Frontend', 'x-cloud-trace-context': '1f/1;o=1' };

describe('probe answers', () => {
  const page = (title: string, text = '') =>
    `<html><head><title>${title}</title></head><body><h2>${text}</h2></body></html>`;
  test.each([
    [403, forbiddenPage, {}, 'refused'],
    [
      401,
      page('401 Unauthorized', 'Your client does not have permission to the requested URL <code>/</code>.'),
      {},
      'refused',
    ],
    [403, 'Access is forbidden.', {}, 'refused'],
    [404, page('404 Page not found', 'The requested URL was not found on this server.'), {}, 'not-routed'],
    [404, page('Error 404 (Not Found)!!1', "That's an error."), {}, 'not-routed'],
    [302, '', { location: 'https://accounts.google.com/o/oauth2/v2/auth?x' }, 'iap'],
    [401, 'Invalid IAP credentials: empty token', { 'x-goog-iap-generated-response': 'true' }, 'iap'],
    [302, '', { location: 'https://accounts.google.com.evil.example/' }, 'reached'],
    [302, '', { location: '/login' }, 'reached'],
    [200, '', {}, 'reached'],
    [204, '', {}, 'reached'],
    [405, '', {}, 'reached'],
    [400, '{"error":"no image"}', { 'content-type': 'application/json' }, 'reached'],
    [500, '{"error":"boom"}', { 'content-type': 'application/json' }, 'reached'],
    [404, '{"error":"not found"}', { 'content-type': 'application/json' }, 'reached'],
    [404, 'Cannot GET /', {}, 'reached'],
    [403, '{"error":"key"}', { 'content-type': 'application/json' }, 'reached'],
    [403, forbiddenPage, { 'x-powered-by': 'Express' }, 'reached'],
    [403, 'go away', { 'content-type': 'text/plain' }, 'unclear'],
    [403, '', {}, 'unclear'],
    [429, 'Rate exceeded.', {}, 'unclear'],
    [503, page('503 Server Error'), {}, 'unclear'],
    [500, 'Service Unavailable', {}, 'unclear'],
    [0, '', {}, 'no-answer'],
  ])('%d %j %j is %s', (status, body, headers, klass) => {
    expect(classifyProbe({ status, body, headers: { ...google, ...headers } }).class).toBe(klass);
  });

  const signIn = 'https://accounts.google.com/o/oauth2/v2/auth?x';
  test.each([
    ['a gateway sends the browser to its sign-in', 302, '', { location: 'https://sso.corp.example/?u=x' }],
    ['the same with 307', 307, '', { location: 'http://10.0.0.1/portal', server: 'nginx' }],
    ['a captive portal that signs in with Google', 302, '', { location: signIn }],
    ['a proxy wants a password', 407, '', { 'proxy-authenticate': 'Basic realm="corp"' }],
    ['the same, and it passes on a header of Google', 407, '', { 'proxy-authenticate': 'NTLM', ...google }],
    ['a network wants a sign-in', 511, '<title>Network Authentication Required</title>', {}],
    ['an interception page', 200, '<title>Blocked by policy</title>', { via: '1.1 proxy.corp.example' }],
    ['an interception page that calls itself a cache', 200, 'ok', { via: '1.1 google.example (squid)' }],
    ['nginx forbids', 403, page('403 Forbidden', 'nginx'), { server: 'nginx' }],
    ['Apache does not find it', 404, page('404 Not Found', 'was not found on this server'), {}],
    ['a proxy that copies the text of Google', 403, forbiddenPage, { via: '1.1 proxy.corp.example' }],
    ['a gateway is broken', 502, '{"error":"upstream"}', { 'content-type': 'application/json' }],
    ['squid forbids', 403, forbiddenPage, { ...google, 'x-squid-error': 'ERR_ACCESS_DENIED 0' }],
  ])('%s: foreign, so neither public nor private', (_, status, body, headers) => {
    expect(classifyProbe({ status, body, headers }).class).toBe('foreign');
  });

  test.each([
    ['the name alone', { server: 'Google Frontend' }],
    ['the trace alone', { 'x-cloud-trace-context': 'a1/2;o=1' }],
    ['a load balancer of Google', { via: '1.1 google' }],
    ['a gateway that passes it on', { ...google, via: '1.1 google, 1.1 proxy.corp.example' }],
  ])('an answer with a header of the front end counts: %s', (_, headers) => {
    expect(classifyProbe({ status: 200, body: '{}', headers }).class).toBe('reached');
    expect(classifyProbe({ status: 403, body: forbiddenPage, headers }).class).toBe('refused');
  });

  test('the note names the host of a redirect, and nothing else of it', () => {
    const headers = { location: 'https://sso.corp.example/secret?token=abc' };
    const { note } = classifyProbe({ status: 302, body: '', headers });
    expect(note).toContain('to sso.corp.example (302)');
    expect(note).not.toMatch(/secret|abc/);
  });

  test('a 2xx is never a refusal, whatever its body says', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 200, max: 299 }),
        fc.constantFrom(forbiddenPage, '', 'x'),
        (status, body) => {
          expect(classifyProbe({ status, body, headers: google }).class).toBe('reached');
        },
      ),
    );
  });

  test.each([
    ['https://r-p.cloudfunctions.net/quiz', 'https://r-p.cloudfunctions.net/quiz/backstay'],
    ['https://r-p.cloudfunctions.net/healthz/', 'https://r-p.cloudfunctions.net/healthz/backstay'],
    ['https://r-p.cloudfunctions.net/ocr', 'https://r-p.cloudfunctions.net/ocr'],
    ['https://ocr.xyz', 'https://ocr.xyz'],
    ['https://ocr.xyz/', 'https://ocr.xyz/'],
  ])('a probe of %s calls %s, so that no path ends in z', (url, asked) => {
    expect(probeUrl(url)).toBe(asked);
  });
});
