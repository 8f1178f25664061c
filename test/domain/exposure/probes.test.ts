import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { probeUrl } from '../../../src/domain/exposure/probes.ts';
import { classifyProbe } from '../../../src/domain/invocation/front-end.ts';
import { forbiddenPage } from '../../support/exposure-facts.ts';

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
    expect(classifyProbe({ status, body, headers }).class).toBe(klass);
  });

  test('a 2xx is never a refusal, whatever its body says', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 200, max: 299 }),
        fc.constantFrom(forbiddenPage, '', 'x'),
        (status, body) => {
          expect(classifyProbe({ status, body, headers: {} }).class).toBe('reached');
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
  ])('%s is asked as %s: no path ends in z', (url, asked) => {
    expect(probeUrl(url)).toBe(asked);
  });
});
