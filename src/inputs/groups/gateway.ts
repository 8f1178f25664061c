import { group } from '../../domain/inputs/definition.ts';
import { custom } from '../../domain/inputs/kind.ts';
import { duration, integer, path, text } from '../../domain/inputs/kinds.ts';
import { accountEmail } from './shapes.ts';

const gateway = { gateway: {}, release: {} } as const;

const id = (what: string) =>
  text({
    pattern: /^[a-z0-9]([a-z0-9-]{0,47}[a-z0-9])?$/,
    expected: `the id of ${what}: lower-case letters, digits and hyphens, at most 49`,
  });

const operation = custom('an operation such as GET /health', (value) => {
  const [, method, where] = /^(GET|PUT|POST|DELETE|HEAD|PATCH)\s+(\/[^\s?#]*)$/i.exec(value.trim()) ?? [];
  if (method === undefined || where === undefined)
    throw new Error('expected an operation such as GET /health');
  return { method: method.toUpperCase(), path: where };
});

export const gatewayGroup = group('The gateway', {
  openapi: {
    kind: path('the path of an OpenAPI document'),
    shown: 'plain',
    sentence:
      'OpenAPI 2 or 3 document of the gateway, in YAML or JSON. Its backend has to be the URL of the service, so that a release and a rollback of the function need no other document.',
    example: 'openapi.yaml',
    essential: true,
    usedBy: {
      gateway: { required: true },
      release: {
        sentence:
          'OpenAPI document of the gateway in front of the function. If it is set, the release moves the gateway once the new revision has all traffic, proves it from outside, and takes it back after the traffic.',
        otherwise: 'none',
      },
    },
  },
  api: {
    kind: id('an API'),
    sentence: 'Id of the API in API Gateway. It is made if it does not exist.',
    example: 'ocr',
    otherwise: 'none: the document is judged, and nothing is read from Google Cloud',
    essential: true,
    usedBy: { gateway: {}, release: { otherwise: 'none' } },
  },
  gateway: {
    kind: id('a gateway'),
    sentence: 'Id of the gateway in `region`. It is made if it does not exist.',
    example: 'ocr-front',
    otherwise: 'the value of `api`',
    usedBy: {
      ...gateway,
      'smoke-test': {
        sentence: 'Id of the gateway in `region` whose host the requests go to, with `front: gateway`.',
        otherwise: 'none',
      },
    },
  },
  backend_service_account: {
    kind: accountEmail,
    sentence:
      'E-mail of the service account that the gateway calls the function as. It needs roles/run.invoker on the service. Required for `mode: apply`.',
    example: 'gateway@my-project.iam.gserviceaccount.com',
    otherwise: 'none',
    usedBy: gateway,
  },
  api_key: {
    kind: text({ expected: 'an API key', maxLength: 200 }),
    sentence:
      'API key with which the proof calls the gateway, from a secret. This action never makes a key. An operation that takes a token needs none.',
    example: '(a secret)',
    otherwise: 'none',
    secret: true,
    usedBy: {
      ...gateway,
      'smoke-test': {
        sentence:
          'API key that goes with every request in `x-api-key`, from a secret, with `front: gateway`.',
      },
    },
  },
  probe: {
    kind: operation,
    sentence: 'Operation of the document that the proof calls with a credential.',
    example: 'GET /health',
    otherwise: 'the first GET without parameters, else the first operation',
    usedBy: gateway,
  },
  gateway_timeout: {
    kind: duration('10s', '30m'),
    sentence:
      'How long each of these may take: to make the configuration, to move the gateway, and until the new configuration answers.',
    example: '15m',
    default: '10m',
    usedBy: gateway,
  },
  keep_configs: {
    kind: integer(2, 90),
    sentence:
      'How many configurations of this action to keep. Older ones are removed, but never one that a gateway names, and never one that somebody else made.',
    example: '20',
    default: '10',
    usedBy: gateway,
  },
});
