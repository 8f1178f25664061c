import type { GatewayRule } from '../../../src/domain/findings/rules/gateway.ts';
import type { Known } from '../../../src/domain/gateway/known.ts';

/** A document, and what the lint has to say about it: `rule line`, in order. */
export interface Document {
  name: string;
  text: string;
  finds: readonly `${GatewayRule} ${number}`[];
  known?: Known;
}

const service = 'https://ocr-abc-uc.a.run.app';
const v2Head = `swagger: '2.0'
info: { title: ocr, version: '1' }
schemes: [https]
`;
const v3Head = `openapi: 3.0.4
info: { title: ocr, version: '1' }
`;
const key = 'key: { type: apiKey, name: x-api-key, in: header }';
const token =
  'token: { type: oauth2, flow: implicit, authorizationUrl: "", x-google-issuer: https://accounts.google.com, x-google-audiences: ocr }';
const token3 =
  'token: { type: oauth2, flows: {}, x-google-auth: { issuer: https://accounts.google.com, audiences: [ocr] } }';
/** Lines 4 to 6. */
const schemes2 = `securityDefinitions:
  ${key}
  ${token}
`;
/** Lines 3 to 6. */
const schemes3 = `components:
  securitySchemes:
    ${key}
    ${token3}
`;
const paths = (operation: string, more = '') => `paths:
  /ocr:
    post:
${operation}      responses: { '200': { description: ok } }
${more}`;
const own = (text: string) => `      security: ${text}\n`;
const quota2 = `x-google-management:
  metrics: [{ name: reads, valueType: INT64, metricKind: DELTA }]
  quota: { limits: [{ name: reads-limit, metric: reads, unit: '1/min/{project}', values: { STANDARD: 100 } }] }
`;
const costs = '      x-google-quota: { metricCosts: { reads: 1 } }\n';
const back2 = (more = '') => `x-google-backend: { address: '${service}'${more} }\n`;
/** Line 7 on. */
const back3 = (more = '', fields = '') =>
  `x-google-api-management:\n  backends:\n    ocr: { address: '${service}'${more} }\n${fields}x-google-backend: ocr\n`;
const quota3 = `  metrics: { reads: { displayName: reads } }
  quota: { limits: { all: { metric: reads, values: 100 } } }
`;
const v2 = (more: string, operation = '', rest = '') => v2Head + schemes2 + more + paths(operation, rest);
const v3 = (more: string, operation = '', rest = '') => v3Head + schemes3 + more + paths(operation, rest);
const closed = 'security: [{ key: [] }]\n';
const full2 = (backend: string, operation = costs) => v2(closed + backend + quota2, operation);

const good: Document[] = [
  ['key for all', v2(closed)],
  ['key of the operation', v2('', own('[{ key: [] }]'))],
  ['token for all', v2('security: [{ token: [] }]\n')],
  ['key and token together', v2('security: [{ key: [], token: [] }]\n')],
  [
    'two tokens',
    v2Head +
      `securityDefinitions:\n  ${token}\n  b: { type: oauth2, x-google-issuer: https://b.example }\nsecurity: [{ token: [] }, { b: [] }]\n` +
      paths(''),
  ],
  ['the operation overrides an open document', v2('security: []\n', own('[{ key: [] }]'))],
  ['configured paths only', v2(`x-google-allow: configured\n${closed}`)],
  ['a backend with everything', full2(back2(', deadline: 130.0'))],
  [
    'a backend of the path',
    v2(closed + quota2, costs).replace(
      '  /ocr:\n',
      `  /ocr:\n    x-google-backend: { address: '${service}' }\n`,
    ),
  ],
  ['disable_auth is off', full2(back2(', disable_auth: false'))],
  ['http on this machine', full2("x-google-backend: { address: 'http://localhost:8080' }\n")],
  ['the audience is the service', full2(back2(`, jwt_audience: '${service}'`)), { urls: [service] }],
  [
    'the audience is one that the service accepts',
    full2(back2(', jwt_audience: ocr.example')),
    { urls: [service], audiences: ['ocr.example'] },
  ],
  [
    'the audience of another backend is not ours to judge',
    full2("x-google-backend: { address: 'https://other.example', jwt_audience: x }\n"),
    { urls: [service] },
  ],
  [
    'the deadline is long enough',
    full2(back2(', deadline: 130')),
    { longest: { seconds: 120, what: 'the function' } },
  ],
  [
    'the standard deadline is long enough',
    full2(back2()),
    { longest: { seconds: 10, what: 'the function' } },
  ],
  [
    'a description beside a reference and behind it',
    `${v2(`x-o: { get: {}, summary: a }\n${closed}`)}  /b: { $ref: '#/x-o', summary: b }\n`,
  ],
  ['a path by reference', `${v2(closed)}  /b: { $ref: '#/paths/~1ocr' }\n`],
  [
    'a path by reference that is closed there',
    `${v2('', own('[{ key: [] }]'))}  /b: { $ref: '#/paths/~1ocr' }\n`,
  ],
  [
    'an alias',
    `${v2('', 'X').replace('X', own('&s [{ key: [] }]'))}    put: { security: *s, responses: {} }\n`,
  ],
  [
    'a merge that closes the operation',
    v2('x-c: &c { security: [{ key: [] }] }\n').replace('    post:\n', '    post:\n      <<: *c\n'),
  ],
  [
    'an own security wins over a merged one, wherever it stands',
    v2('x-o: &o { security: [] }\n', own('[{ key: [] }]')).replace(
      '    post:\n',
      '    post:\n      <<: *o\n',
    ),
  ],
  ['an extension among the paths', `${v2(closed)}  x-note: { post: {} }\n`],
  ['a parameter of the path', v2(closed).replace('  /ocr:\n', '  /ocr:\n    parameters: []\n')],
  ['no paths', `${v2Head + schemes2 + closed}paths: {}\n`],
  [
    'a JSON document',
    JSON.stringify(
      {
        swagger: '2.0',
        securityDefinitions: { key: { type: 'apiKey', name: 'x-api-key', in: 'header' } },
        security: [{ key: [] }],
        paths: { '/a': { get: {} } },
      },
      null,
      2,
    ),
  ],
  ['OpenAPI 3, key for all', v3(closed)],
  ['OpenAPI 3.1', v3(closed).replace('3.0.4', '3.1.0')],
  ['OpenAPI 3, token of the operation', v3('', own('[{ token: [] }]'))],
  [
    'OpenAPI 3, a named backend and a quota',
    v3(closed + back3(', deadline: 60', quota3), '      x-google-quota: { reads: 1 }\n'),
  ],
  [
    'OpenAPI 3, a scheme by reference',
    v3(closed).replace(
      key,
      "key: { $ref: '#/components/securitySchemes/real' }\n    real: { type: apiKey, name: X-API-Key, in: header }",
    ),
  ],
  [
    'OpenAPI 3, a path item of the components',
    v3(closed).replace('components:\n', 'components:\n  pathItems: { p: { get: { responses: {} } } }\n') +
      "  /b: { $ref: '#/components/pathItems/p' }\n",
  ],
  [
    'OpenAPI 3, tools with a security',
    v3(`${closed}x-google-api-management: { mcp: { tools-list: { security: { token: [] } } } }\n`),
  ],
  [
    'a key and one of two tokens',
    v2('security: [{ key: [], token: [] }]\n').replace(
      key,
      `${key}\n  b: { type: oauth2, x-google-issuer: https://b.example }`,
    ),
  ],
  [
    'scopes are names of the scheme alone',
    v2('security: [{ token: [read, write] }]\n').replace(
      'flow: implicit',
      'flow: implicit, scopes: { read: a, write: b }',
    ),
  ],
  [
    'a key in block style, with comments and a folded description',
    `${v2Head}# the key\nsecurityDefinitions:\n  key:\n    type: "apiKey"\n    name: 'x-api-key' # as it is sent\n    in: header\nsecurity:\n  - key: []\npaths:\n  /a:\n    get:\n      description: >\n        security: []\n\n        is only text here\n      responses: {}\n`,
  ],
  [
    'a property of a schema is called security',
    `${v2(closed)}definitions: { d: { properties: { security: { type: array, items: {} } } } }\n`,
  ],
  ['a path is called security', `${v2(closed)}  /security: { get: { responses: {} } }\n`],
  ['browsers may not ask', v2(`x-google-endpoints: [{ name: ocr.example, allowCors: false }]\n${closed}`)],
  ['OpenAPI 3, a server without a mark', v3(`servers: [{ url: 'https://ocr.example/v1' }]\n${closed}`)],
  [
    'OpenAPI 3, OpenID Connect of a named issuer',
    v3('security: [{ oidc: [] }]\n').replace(
      key,
      `${key}\n    oidc: { type: openIdConnect, openIdConnectUrl: 'https://b.example/.well-known', x-google-auth: { issuer: 'https://b.example', jwksUri: 'https://b.example/jwks' } }`,
    ),
  ],
  ['OpenAPI 3, tools switched off', v3(`${closed}x-google-api-management: { mcp: false }\n`)],
].map(([name, text, known]) => ({
  name: name as string,
  text: text as string,
  finds: [],
  known: (known ?? {}) as Known,
}));

const bad: Document[] = (
  [
    ['an empty list of the operation', v2(closed, own('[]')), ['gateway-open 11']],
    ['an empty list of the document', v2('security: []\n'), ['gateway-open 10']],
    ['nothing at all', v2(''), ['gateway-open 9']],
    ['an empty alternative of the operation', v2(closed, own('[{}, { key: [] }]')), ['gateway-open 11']],
    ['an empty alternative at the end', v2(closed, own('[{ key: [] }, {}]')), ['gateway-open 11']],
    ['an empty alternative of the document', v2('security: [{ token: [] }, {}]\n'), ['gateway-open 10']],
    ['a map instead of a list', v2(closed, own('{ key: [] }')), ['gateway-open 11']],
    ['security without a value', v2(closed, own('')), ['gateway-open 11']],
    ['a name instead of a requirement', v2(closed, own('[key]')), ['gateway-open 11']],
    ['a scheme that is not defined', v2(closed, own('[{ other: [] }]')), ['gateway-scheme-undefined 11']],
    [
      'a scheme that is not defined, beside one that is',
      v2(closed, own('[{ token: [] }, { other: [] }]')),
      ['gateway-scheme-undefined 11'],
    ],
    ['no definitions', `${v2Head}${closed}${paths('')}`, ['gateway-scheme-undefined 7']],
    [
      'a password',
      `${v2Head}securityDefinitions: { b: { type: basic } }\nsecurity: [{ b: [] }]\n${paths('')}`,
      ['gateway-scheme-unchecked 8'],
    ],
    [
      'a token of no issuer',
      `${v2Head}securityDefinitions: { b: { type: oauth2 } }\nsecurity: [{ b: [] }]\n${paths('')}`,
      ['gateway-scheme-unchecked 8'],
    ],
    [
      'a key in a cookie',
      `${v2Head}securityDefinitions: { b: { type: apiKey, in: cookie, name: key } }\nsecurity: [{ b: [] }]\n${paths('')}`,
      ['gateway-scheme-unchecked 8'],
    ],
    ['key or token', v2('security: [{ key: [] }, { token: [] }]\n'), ['gateway-alternatives 10']],
    [
      'two tokens together',
      v2('security: [{ token: [], b: [] }]\n').replace(
        key,
        `${key}\n  b: { type: oauth2, x-google-issuer: https://b.example }`,
      ),
      ['gateway-alternatives 11'],
    ],
    [
      'browsers may ask about every path',
      v2(`x-google-endpoints: [{ name: ocr.example, allowCors: true }]\n${closed}`),
      ['gateway-preflight 7'],
    ],
    [
      'OpenAPI 3, browsers may ask about every path',
      v3(`servers:\n  - url: https://ocr.example\n    x-google-endpoint: { allowCors: true }\n${closed}`),
      ['gateway-preflight 9'],
    ],
    ['OpenAPI 3, an empty list of the document', v3('security: []\n'), ['gateway-open 10']],
    ['OpenAPI 3, an empty alternative beside a key', v3('', own('[{ key: [] }, {}]')), ['gateway-open 10']],
    [
      'OpenAPI 3, a token of no issuer',
      v3('security: [{ b: [] }]\n').replace(key, `${key}\n    b: { type: http, scheme: bearer }`),
      ['gateway-scheme-unchecked 11'],
    ],
    [
      'OpenAPI 3, a scheme by reference to nothing',
      v3(closed).replace(key, "key: { $ref: '#/components/securitySchemes/gone' }"),
      ['gateway-document 5', 'gateway-scheme-unchecked 10'],
    ],
    [
      'OpenAPI 3, a scheme where OpenAPI 2 has it',
      `${v3Head}securityDefinitions: { ${key} }\n${closed}${paths('')}`,
      ['gateway-scheme-undefined 7'],
    ],
    ['every path', v2(`x-google-allow: all\n${closed}`), ['gateway-unlisted 7']],
    ['every path, in capitals', v2(`x-google-allow: ALL\n${closed}`), ['gateway-unlisted 7']],
    ['one of two methods', `${v2(closed)}    get: { security: [], responses: {} }\n`, ['gateway-open 12']],
    ['a method in capitals', `${v2(closed)}    GET: { security: [], responses: {} }\n`, ['gateway-open 12']],
    [
      'a browser asks first',
      `${v2(closed)}    options: { security: [], responses: {} }\n`,
      ['gateway-preflight 12'],
    ],
    [
      'a browser asks about a path whose parameter has another name',
      `${v2(closed)}  /a/{id}: { get: { responses: {} } }\n  /a/{name}: { options: { security: [], responses: {} } }\n`,
      ['gateway-preflight 13'],
    ],
    [
      'a browser asks about every path',
      `${v2(closed)}  /{rest=**}: { options: { security: [{}], responses: {} } }\n`,
      ['gateway-preflight 12'],
    ],
    [
      'a browser asks about every path below another one',
      `${v2(closed)}  /v1/{rest=**}: { options: { security: [], responses: {} } }\n`,
      ['gateway-open 12'],
    ],
    [
      'OPTIONS of a path that has nothing else',
      `${v2(closed)}  /b: { options: { security: [], responses: {} } }\n`,
      ['gateway-open 12'],
    ],
    [
      'OPTIONS with a credential that is not defined',
      `${v2(closed)}    options: { security: [{ other: [] }], responses: {} }\n`,
      ['gateway-scheme-undefined 12'],
    ],
    [
      'OPTIONS whose security is a map',
      `${v2(closed)}    options: { security: { key: [] }, responses: {} }\n`,
      ['gateway-open 12'],
    ],
    [
      'OpenAPI 3, a browser asks about an open operation',
      `${v3('')}    options: { responses: {} }\n`,
      ['gateway-open 9', 'gateway-preflight 11'],
    ],
    [
      'a path by reference to an open one',
      `${v2(closed, own('[]'))}  /b: { $ref: '#/paths/~1ocr' }\n`,
      ['gateway-open 11', 'gateway-open 11'],
    ],
    [
      'a path by reference outside of the paths',
      `${v2(`x-shared: { p: { get: { security: [] } } }\n${closed}`)}  /b: { $ref: '#/x-shared/p' }\n`,
      ['gateway-open 7'],
    ],
    ['a reference to itself', `${v2(closed)}  /b: { $ref: '#/paths/~1b' }\n`, ['gateway-document 12']],
    [
      'two references to each other',
      `${v2(closed)}  /b: { $ref: '#/paths/~1c' }\n  /c: { $ref: '#/paths/~1b' }\n`,
      ['gateway-document 12', 'gateway-document 13'],
    ],
    [
      'a reference to another file',
      `${v2(closed)}  /b: { $ref: 'other.yaml#/paths/x' }\n`,
      ['gateway-document 12'],
    ],
    ['a reference to nothing', `${v2(closed)}  /b: { $ref: '#/paths/~1gone' }\n`, ['gateway-document 12']],
    [
      'an alias of an open security',
      `${v2(closed, own('&s []'))}    put: { security: *s, responses: {} }\n`,
      ['gateway-open 11', 'gateway-open 13'],
    ],
    [
      'a merge that opens the operation',
      v2(`x-o: &o { security: [] }\n${closed}`).replace('    post:\n', '    post:\n      <<: *o\n'),
      ['gateway-open 7'],
    ],
    [
      'an own open security wins over a merged one behind it',
      v2(`x-c: &c { security: [{ key: [] }] }\n${closed}`, `${own('[]')}      <<: *c\n`),
      ['gateway-open 12'],
    ],
    [
      'an open operation that is merged into a path',
      v2(`x-o: &o { get: { security: [] } }\n${closed}`).replace('  /ocr:\n', '  /ocr:\n    <<: *o\n'),
      ['gateway-open 7'],
    ],
    [
      'the first of two merged ones wins',
      v2(`x-o: &o { security: [] }\nx-c: &c { security: [{ key: [] }] }\n${closed}`).replace(
        '    post:\n',
        '    post:\n      <<: [*o, *c]\n',
      ),
      ['gateway-open 7'],
    ],
    [
      'an operation by reference',
      `${v2(`x-o: { security: [] }\n${closed}`)}    get: { $ref: '#/x-o' }\n`,
      ['gateway-document 13'],
    ],
    [
      'a method beside a reference and behind it',
      `${v2(`x-o: { get: { security: [] } }\n${closed}`)}  /b: { $ref: '#/x-o', get: {} }\n`,
      ['gateway-document 13'],
    ],
    [
      'OpenAPI 3, the issuer where OpenAPI 2 has it',
      v3('security: [{ b: [] }]\n').replace(
        key,
        `${key}\n    b: { type: oauth2, x-google-issuer: https://b.example }`,
      ),
      ['gateway-scheme-unchecked 11'],
    ],
    ['disable_auth', full2(back2(', disable_auth: true')), ['gateway-backend-anonymous 8']],
    [
      'disable_auth of the operation',
      v2(closed + quota2, `      x-google-backend: { address: '${service}', disable_auth: true }\n${costs}`),
      ['gateway-backend-anonymous 14'],
    ],
    ['no TLS', full2("x-google-backend: { address: 'http://ocr.example' }\n"), ['gateway-backend-plain 8']],
    [
      'no TLS at a host that only begins like this machine',
      full2("x-google-backend: { address: 'http://localhost.example' }\n"),
      ['gateway-backend-plain 8'],
    ],
    [
      'a tag',
      full2("x-google-backend: { address: 'https://bs-c---ocr-abc-uc.a.run.app/x' }\n"),
      ['gateway-backend-revision 8'],
    ],
    [
      'another audience',
      full2(back2(', jwt_audience: https://other.example')),
      ['gateway-audience 8'],
      { urls: [service] },
    ],
    [
      'the standard deadline is too short',
      full2(back2()),
      ['gateway-deadline 8'],
      { longest: { seconds: 60, what: 'the function' } },
    ],
    [
      'a deadline is too short',
      full2(back2(', deadline: 30')),
      ['gateway-deadline 8'],
      { longest: { seconds: 60, what: 'the function' } },
    ],
    ['a deadline of zero', full2(back2(', deadline: 0')), ['gateway-deadline 8']],
    ['a negative deadline', full2(back2(', deadline: -1')), ['gateway-deadline 8']],
    ['a deadline in words', full2(back2(', deadline: 60s')), ['gateway-deadline 8']],
    ['no quota', v2(closed + back2()), ['gateway-quota 1']],
    ['a metric that is not declared', full2(back2(), costs.replace('reads', 'writes')), ['gateway-quota 15']],
    [
      'a limit on a metric that is not declared',
      full2(back2()).replace('metric: reads', 'metric: writes'),
      ['gateway-quota 11'],
    ],
    [
      'a quota without a key',
      v2(`security: [{ token: [] }]\n${back2()}${quota2}`, costs),
      ['gateway-quota 15'],
    ],
    [
      'an operation without a backend',
      v2(closed + quota2, `      x-google-backend: { address: '${service}' }\n${costs}`) +
        '    get: { responses: {} }\n',
      ['gateway-backend-missing 17'],
    ],
    [
      'a key in the query',
      `${v2Head}securityDefinitions: { b: { type: apiKey, in: query, name: key } }\nsecurity: [{ b: [] }]\n${paths('')}`,
      ['gateway-key-query 4'],
    ],
    ['OpenAPI 3, an empty list', v3(closed, own('[]')), ['gateway-open 11']],
    ['OpenAPI 3, an empty alternative', v3(closed, own('[{}, { token: [] }]')), ['gateway-open 11']],
    [
      'OpenAPI 3, schemes where OpenAPI 2 has them',
      v3Head + schemes2 + closed + paths(''),
      ['gateway-scheme-undefined 9'],
    ],
    [
      'OpenAPI 3, http bearer',
      v3(closed, own('[{ b: [] }]')).replace(key, `${key}\n    b: { type: http, scheme: bearer }`),
      ['gateway-scheme-unchecked 12'],
    ],
    [
      'OpenAPI 3, a scheme by a broken reference',
      v3(closed).replace(key, "key: { $ref: '#/components/gone' }"),
      ['gateway-document 5', 'gateway-scheme-unchecked 10'],
    ],
    [
      'OpenAPI 3, disableAuth',
      v3(closed + back3(', disableAuth: true', quota3), '      x-google-quota: { reads: 1 }\n'),
      ['gateway-backend-anonymous 10'],
    ],
    [
      'OpenAPI 3, a backend that nobody declared',
      v3(closed + back3('', quota3), '      x-google-quota: { reads: 1 }\n').replace(
        'x-google-backend: ocr',
        'x-google-backend: gone',
      ),
      ['gateway-backend-missing 13'],
    ],
    [
      'OpenAPI 3, an unused backend without identity',
      v3(closed + back3('', quota3), '      x-google-quota: { reads: 1 }\n').replace(
        '  backends:\n',
        "  backends:\n    x: { address: 'https://x.example', disableAuth: true }\n",
      ),
      ['gateway-backend-anonymous 10'],
    ],
    [
      'OpenAPI 3, tools for everyone',
      v3(`${closed}x-google-api-management: { mcp: true }\n`),
      ['gateway-tools-open 8'],
    ],
    [
      'OpenAPI 3, one operation that is a tool',
      v3(closed, '      x-google-mcp-tool: { name: ocr }\n'),
      ['gateway-tools-open 11'],
    ],
    ['OpenAPI 3, no tool after all', v3(closed, '      x-google-mcp-tool: false\n'), []],
    [
      'OpenAPI 3, tools without a security',
      v3(`${closed}x-google-api-management: { mcp: { tools-list: {} } }\n`),
      ['gateway-tools-open 8'],
    ],
    [
      'OpenAPI 3, tools with an empty security',
      v3(`${closed}x-google-api-management: { mcp: { tools-list: { security: {} } } }\n`),
      ['gateway-tools-open 8'],
    ],
    [
      'OpenAPI 3, tools with a scheme that is not defined',
      v3(`${closed}x-google-api-management: { mcp: { tools-list: { security: { gone: [] } } } }\n`),
      ['gateway-tools-open 8'],
    ],
  ] as const
).map(([name, text, finds, known]) => ({
  name,
  text,
  finds: finds as Document['finds'],
  known: known ?? {},
}));

export const documents: readonly Document[] = [...good, ...bad];
