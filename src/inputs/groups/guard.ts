import { classify, isPublic } from '../../domain/exposure/policy/members.ts';
import { group } from '../../domain/inputs/definition.ts';
import { custom } from '../../domain/inputs/kind.ts';
import { choice, duration, list } from '../../domain/inputs/kinds.ts';

const member = custom('a group, a domain or a pool, such as group:callers@example.com', (value) => {
  if (isPublic(classify(value).reach))
    throw new Error(
      'this is a public member, and you cannot vouch for the public. Name a group, a domain or a pool',
    );
  return value;
});

const probeUrl = custom(
  'a URL such as https://ocr.example.com',
  (value) => {
    if (!/^(https:\/\/|http:\/\/(127\.0\.0\.1|localhost)[:/])[^\s/]*/i.test(value))
      throw new Error('expected a URL such as https://ocr.example.com');
    return value;
  },
  'origin',
);

export const guard = group('Who may call the function', {
  guard_mode: {
    kind: choice(['enforce', 'verify']),
    sentence: 'What to do if anyone can call the function: `enforce` closes it first, `verify` stops.',
    example: 'verify',
    default: 'enforce',
    usedBy: { release: {} },
  },
  require_proof: {
    kind: choice(['partial', 'complete']),
    sentence:
      '`partial` passes if everything up to the project was read. `complete` also needs the folders, the organisation and the members of groups.',
    example: 'complete',
    default: 'partial',
    usedBy: { release: {}, deploy: {}, guard: {} },
  },
  trusted_principals: {
    kind: list(member),
    shown: 'plain',
    sentence:
      'Members that you vouch for, by commas or newlines: groups, domains, pools, or `gateway:NAME`. The public is refused.',
    example: 'group:callers@example.com',
    otherwise: 'none',
    usedBy: { release: {}, guard: {}, posture: {} },
  },
  probe_urls: {
    kind: list(probeUrl),
    sentence:
      'More URLs to request without a token, by commas or newlines, such as a custom domain. The URLs of the function, its service and its tags are always requested.',
    example: 'https://ocr.example.com',
    otherwise: 'none',
    usedBy: { guard: {}, posture: {} },
  },
  if_missing: {
    kind: choice(['fail', 'pass']),
    sentence:
      'What to do if the function does not exist: `fail`, or `pass` to judge what a new function would inherit from the project and above.',
    example: 'pass',
    default: 'fail',
    usedBy: { guard: {} },
  },
  propagation_timeout: {
    kind: duration('0s', '60m'),
    sentence: 'How long to wait until IAM acts on a change.',
    example: '10m',
    default: '7m',
    usedBy: {
      release: {},
      deploy: {},
      guard: {},
      'smoke-test': {
        default: '30s',
        example: '2m',
        sentence:
          'How long to try again at the start if the function refuses our own token, since IAM takes time to act on a new permission.',
      },
      auth: {
        default: '30s',
        example: '5m',
        sentence:
          'How long to try again if a recent IAM change would explain the refusal. IAM takes 2 to 7 minutes.',
      },
    },
  },
});
