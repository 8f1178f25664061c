import { group } from '../../domain/inputs/definition.ts';
import { custom } from '../../domain/inputs/kind.ts';
import { choice, text } from '../../domain/inputs/kinds.ts';
import { doorKinds } from '../../domain/invocation/door.ts';

const doorUrl = custom(
  'a URL such as https://ocr.example.com',
  (value) => {
    const url = URL.canParse(value) ? new URL(value) : undefined;
    // A token or a key goes there. Only this machine may be called without TLS.
    const isSafe =
      url?.protocol === 'https:' ||
      (url?.protocol === 'http:' && /^(127\.0\.0\.1|localhost)$/.test(url.hostname));
    if (!url || !isSafe || url.username || url.search || url.hash)
      throw new Error('expected a URL such as https://ocr.example.com');
    return url.href;
  },
  'origin',
);

/** What stands in front of the function, for a test that goes in as users do. */
export const door = group('The front door', {
  front: {
    kind: choice(doorKinds),
    sentence:
      'Sends the requests through what stands in front of the function: an API gateway, a load balancer, or Identity-Aware Proxy (on the service itself, or on a load balancer at `front_url`).',
    example: 'iap',
    otherwise: 'none: the requests go to the URL of the function',
    usedBy: {
      'smoke-test': {},
      release: {
        sentence:
          'Runs the smoke suite once more at 100 %, through what stands in front of the function: an API gateway, a load balancer, or Identity-Aware Proxy. If a check fails there, the traffic goes back. With `iap` and without `front_url`, Identity-Aware Proxy is on the service itself, and every smoke test goes through it.',
        otherwise: 'none: the suite runs on the URL of the new revision only',
      },
    },
  },
  front_url: {
    kind: doorUrl,
    sentence:
      "Address of the front door. It gets an ID token, so it has to be https, and nothing is sent before an answer from there came through Google's front end.",
    example: 'https://ocr.example.com',
    otherwise: 'the host of `gateway`, or the URL of the service for `iap`. `balancer` needs it',
    usedBy: {
      'smoke-test': {},
      release: {},
      drill: {
        sentence:
          "Address behind the load balancer that an exercise asks with GET, and that answers 200 to 399 if all is well. It gets an ID token, so it has to be https, and nothing is sent before an answer from there came through Google's front end. Needed with `exercise`.",
        otherwise: 'none',
      },
    },
  },
  front_audience: {
    kind: text({
      pattern: /^[\x21-\x7e]{1,400}$/,
      expected: 'an audience: the id of an OAuth client, or a URL',
      maxLength: 400,
    }),
    shown: 'plain',
    sentence:
      'Audience of the ID token for the front door. For `iap`, the id of an OAuth client that Identity-Aware Proxy knows (that of the backend service, or one of its programmatic clients), or an address that ends with `/*`: the account that calls then signs a JWT of its own for it, and no client is needed. For `gateway`, one of the audiences of the document.',
    example: '123456789012-abc.apps.googleusercontent.com',
    otherwise:
      'the URL of the service for `balancer`, a JWT for everything at the address for `iap`. `gateway` needs it or `api_key`',
    usedBy: { 'smoke-test': {}, release: {} },
  },
});
