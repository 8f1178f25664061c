import { describe, expect, test } from '@jest/globals';
import { type AwsCredentials, type SignableRequest, signingHeaders } from '../../src/aws/sigv4.ts';

/**
 * The requests and signatures of the test suite that AWS publishes for Signature Version 4
 * (github.com/awslabs/aws-c-auth, tests/aws-signing-test-suite/v4), for signing by header.
 */

const keys = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' };
const scope = { region: 'us-east-1', service: 'service', at: Date.UTC(2015, 7, 30, 12, 36) };
const token = '6e86291e8372ff2a2260956d9b8aae1d763fbf315fa00fa31553b73ebf194267';
const unreserved = '-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

const vanilla = '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31';
const get = (path: string, query?: SignableRequest['query']) => ({ method: 'GET', path, query });
const headed = (...headers: [string, string][]) => ({ method: 'GET', path: '/', headers });
const post = (rest: Partial<SignableRequest> = {}) => ({ method: 'POST', path: '/', ...rest });
const body = 'Param1=value1';
const bodyHash = '9095672bbd1f56dfc5b65f3e153adc8731a4a654192329106275f4c7b24d0b6e';
const form = (type: string) =>
  post({
    body,
    headers: [
      ['Content-Type', type],
      ['Content-Length', '13'],
      ['X-Amz-Content-Sha256', bodyHash],
    ],
  });

const cases: [
  name: string,
  Partial<SignableRequest> & { method: string; path: string },
  signature: string,
][] = [
  ['get-vanilla', get('/'), vanilla],
  ['get-relative-normalized', get('/example/..'), vanilla],
  ['get-relative-relative-normalized', get('/example1/example2/../..'), vanilla],
  ['get-slash-dot-slash-normalized', get('/./'), vanilla],
  ['get-slash-normalized', get('//'), vanilla],
  [
    'get-slash-pointless-dot-normalized',
    get('/./example'),
    'ef75d96142cf21edca26f06005da7988e4f8dc83a165a80865db7089db637ec5',
  ],
  [
    'get-slashes-normalized',
    get('//example//'),
    '9a624bd73a37c9a373b5312afbebe7a714a789de108f0bdfe846570885f57e84',
  ],
  [
    'get-space-normalized',
    get('/example space/'),
    '652487583200325589f1fba4c7e578f72c47cb61beeca81406b39ddec1366741',
  ],
  [
    'get-unreserved',
    get(`/${unreserved}`),
    '07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f',
  ],
  ['get-utf8', get('/ሴ'), '8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85'],
  [
    'get-vanilla-empty-query-key',
    get('/', [['Param1', 'value1']]),
    'a67d582fa61cc504c4bae71f336f98b97f1ea3c7a6bfe1b6e45aec72011b9aeb',
  ],
  [
    'get-vanilla-query-order-encoded',
    get('/', [
      ['Param-3', 'Value3'],
      ['Param', 'Value2'],
      ['ሴ', 'Value1'],
    ]),
    '371d3713e185cc334048618a97f809c9ffe339c62934c032af5a0e595648fcac',
  ],
  [
    'get-vanilla-query-order-key-case',
    get('/', [
      ['Param2', 'value2'],
      ['Param1', 'value1'],
    ]),
    'b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500',
  ],
  [
    'get-vanilla-query-unreserved',
    get('/', [[unreserved, unreserved]]),
    '9c3e54bfcdf0b19771a7f523ee5669cdf59bc7cc0884027167c21bb143a40197',
  ],
  [
    'get-vanilla-utf8-query',
    get('/', [['ሴ', 'bar']]),
    '2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04',
  ],
  [
    'get-header-key-duplicate',
    headed(['My-Header1', 'value2'], ['My-Header1', 'value2'], ['My-Header1', 'value1']),
    'c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea',
  ],
  [
    'get-header-value-multiline',
    headed(['My-Header1', 'value1\n  value2\n     value3']),
    'cfd34249e4b1c8d6b91ef74165d41a32e5fab3306300901bb65a51a73575eefd',
  ],
  [
    'get-header-value-order',
    headed(
      ['My-Header1', 'value4'],
      ['My-Header1', 'value1'],
      ['My-Header1', 'value3'],
      ['My-Header1', 'value2'],
    ),
    '08c7e5a9acfcfeb3ab6b2185e75ce8b1deb5e634ec47601a50643f830c755c01',
  ],
  [
    'get-header-value-trim',
    headed(['My-Header1', ' value1'], ['My-Header2', ' "a   b   c"']),
    'acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736',
  ],
  ['post-vanilla', post(), '5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b'],
  [
    'post-header-key-sort',
    post({ headers: [['My-Header1', 'value1']] }),
    'c5410059b04c1ee005303aed430f6e6645f61f4dc9e1461ec8f8916fdf18852c',
  ],
  [
    'post-header-value-case',
    post({ headers: [['My-Header1', 'VALUE1']] }),
    'cdbc9802e29d2942e5e10b5bccfdd67c5f22c7c4e8ae67b53629efa58b974b7d',
  ],
  [
    'post-vanilla-query',
    post({ query: [['Param1', 'value1']] }),
    '28038455d6de14eafc1f9222cf5aa6f1a96197d7deb8263271d420d138af7f11',
  ],
  [
    'post-x-www-form-urlencoded',
    form('application/x-www-form-urlencoded'),
    'd3875051da38690788ef43de4db0d8f280229d82040bfac253562e56c3f20e0b',
  ],
  [
    'post-x-www-form-urlencoded-parameters',
    form('application/x-www-form-urlencoded; charset=utf-8'),
    '328d1b9eaadca9f5818ef05e8392801e091653bafec24fcab71e7344e7f51422',
  ],
];

const sign = (
  request: Partial<SignableRequest> & { method: string; path: string },
  credentials: AwsCredentials = keys,
) => signingHeaders({ host: 'example.amazonaws.com', ...request }, credentials, scope);

describe('the vectors of AWS', () => {
  test.each(cases)('%s', (_, request, signature) => {
    expect(sign(request).authorization?.split('Signature=')[1]).toBe(signature);
  });

  test('get-vanilla-with-session-token signs the token and sends it', () => {
    const headers = sign(get('/'), { ...keys, sessionToken: token });
    expect(headers).toEqual({
      'x-amz-date': '20150830T123600Z',
      'x-amz-security-token': token,
      authorization:
        'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date;x-amz-security-token, Signature=07ec1639c89043aa0e3e2de82b96708f198cceab042d4a97044c66dd9f74e7f8',
    });
  });
});
