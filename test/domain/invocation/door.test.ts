import { describe, expect, test } from '@jest/globals';
import {
  isGatewayRefusal,
  isSignedAudience,
  judgeKnock,
  signedAudience,
  tokenHeader,
} from '../../../src/domain/invocation/door.ts';
import { explainUnreached, unreachedBy } from '../../../src/domain/invocation/unreached.ts';

const url = 'https://ocr.example.com/';
const google = { via: '1.1 google' };
const iap = { ...google, 'x-goog-iap-generated-response': 'true' };
const json = { 'content-type': 'application/json', server: 'Google Frontend' };
const page =
  '<html><head><title>403 Forbidden</title></head><body>Your client does not have permission</body>';

describe('a knock without a credential', () => {
  test.each([
    ['gateway', { status: 404, headers: json, body: '{"code":404,"message":"not defined by this API"}' }],
    ['balancer', { status: 403, headers: google, body: page }],
    ['balancer', { status: 502, headers: google, body: 'no healthy upstream' }],
    ['iap', { status: 401, headers: iap, body: 'Invalid IAP credentials: empty token' }],
    [
      'iap',
      {
        status: 302,
        headers: { ...iap, location: 'https://accounts.google.com/o/oauth2/v2/auth' },
        body: '',
      },
    ],
    // Nothing proves who sent it.
    ['iap', { status: 503, headers: google, body: 'no healthy upstream' }],
  ] as const)('lets a token go to %s after %j', (kind, answer) => {
    expect(judgeKnock(kind, url, answer)).toBeUndefined();
  });

  test.each([
    [
      'gateway',
      { status: 200, headers: {}, body: 'parked' },
      /not behind Google's front end, so it got no token/,
    ],
    ['balancer', { status: 200, headers: { server: 'nginx' }, body: '' }, /not behind Google's front end/],
    [
      'iap',
      { status: 302, headers: { location: 'https://login.corp.example' }, body: '' },
      /not behind Google/,
    ],
    ['balancer', { status: 401, headers: iap, body: 'x' }, /Identity-Aware Proxy stands before/],
    [
      'gateway',
      { status: 302, headers: { ...iap, location: 'https://accounts.google.com/x' }, body: '' },
      /stands before/,
    ],
    ['iap', { status: 200, headers: google, body: 'hello' }, /does not stand before/],
    ['iap', { status: 403, headers: google, body: page }, /does not stand before/],
  ] as const)('keeps the token from %s after %j', (kind, answer, what) => {
    const wrong = judgeKnock(kind, url, answer);
    expect(wrong?.what).toMatch(what);
    expect(wrong?.fix).not.toBe('');
  });
});

test.each([
  [{}, undefined, 'authorization'],
  [{}, 'iap', 'authorization'],
  [{ Authorization: 'Basic x' }, 'iap', 'proxy-authorization'],
  [{ authorization: 'Basic x' }, 'balancer', 'x-serverless-authorization'],
  [{ authorization: 'Basic x' }, undefined, 'x-serverless-authorization'],
  [{ authorization: 'Basic x' }, 'gateway', 'authorization'],
] as const)('a case with %j behind %s has our token in %s', (headers, door, header) => {
  expect(tokenHeader(headers, door)).toBe(header);
});

test.each([
  ['https://ocr.example.com/*', true],
  ['https://ocr.example.com/a/b/*', true],
  ['http://127.0.0.1:8080/*', true],
  [signedAudience('https://ocr.example.com:8443/a?b=1'), true],
  ['https://ocr.example.com/', false],
  ['https://ocr.example.com', false],
  ['https://ocr.example.com*', false],
  ['https://*.example.com/*', false],
  ['https://ocr.example.com/*/a', false],
  ['https://ocr.example.com/a*', false],
  ['123-abc.apps.googleusercontent.com', false],
  ['*', false],
])('for the audience %s the account signs a JWT itself: %s', (audience, isSigned) => {
  expect(isSignedAudience(audience)).toBe(isSigned);
});

describe('the refusal of a gateway', () => {
  const said = (code: number, message: string) => JSON.stringify({ code, message });
  test.each([
    [401, 'Jwt is missing'],
    [403, 'Audiences in Jwt are not allowed'],
    [400, 'INVALID_ARGUMENT: API key not valid. Please pass a valid API key.'],
    [404, 'The current request is not defined by this API.'],
    [
      405,
      'The current request is matched to the defined url template "/a" but its http method is not allowed',
    ],
    [429, "RESOURCE_EXHAUSTED: Quota exceeded for quota metric 'm'"],
  ])('is told by code and words: %i %s', (status, message) => {
    const answer = { status, headers: json, body: said(status, message) };
    expect(isGatewayRefusal(answer)).toBe(true);
    expect(unreachedBy(answer, { behindGoogle: true, door: 'gateway' })).toBe('gateway');
    expect(explainUnreached('gateway', status).what).toContain('never saw it');
    // Without a gateway on the way it is the function's own.
    expect(unreachedBy(answer, { behindGoogle: true })).not.toBe('gateway');
  });

  test.each([
    [400, json, said(400, 'the image is not a PNG')],
    [500, json, said(500, 'boom')],
    [401, json, JSON.stringify({ error: 'no' })],
    [401, { server: 'Google Frontend', 'content-type': 'text/html' }, said(401, 'x')],
    [404, json, said(400, 'The current request is not defined by this API.')],
  ])("is not the function's own %i", (status, headers, body) => {
    expect(isGatewayRefusal({ status, headers: headers as Record<string, string>, body })).toBe(false);
  });
});

test.each([
  [302, undefined, /no ID token/],
  [401, 'https://service', /audience https:\/\/service of the ID token is not the id of an OAuth client/],
  [
    401,
    'https://ocr.example.com/*',
    /signed for https:\/\/ocr\.example\.com\/\*: the address does not cover/,
  ],
  [403, 'client', /caller@p.iam.gserviceaccount.com, but the account may not pass/],
])('a %i of Identity-Aware Proxy says what it lacks', (status, audience, why) => {
  const call = audience && {
    project: 'p',
    region: 'r',
    service: 'ocr',
    audience,
    caller: 'caller@p.iam.gserviceaccount.com',
  };
  const told = explainUnreached('iap', status, call || undefined);
  expect(told.why).toMatch(why);
  expect(told.fix).toMatch(status === 403 ? /httpsResourceAccessor/ : /front_audience/);
});
