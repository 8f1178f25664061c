import type { Rules } from '../rule.ts';

/** What a deploy finds. */
export const deployRules = {
  'runtime-deprecated': {
    title: 'The runtime is deprecated',
    severity: 'high',
    why: 'Once the runtime is decommissioned, the function can no longer be deployed and may be disabled.',
  },
  'runtime-ending': {
    title: 'The runtime will soon be deprecated',
    severity: 'medium',
    why: 'Once the runtime is decommissioned, the function can no longer be deployed and may be disabled.',
  },
  'latest-is-another': {
    title: 'The newest revision is not the one that this deploy made',
    severity: 'medium',
    why: 'Another deploy changed the same function or service in the meantime.',
  },
  'function-detached': {
    title: 'The function was detached from the Functions API',
    severity: 'info',
    why: 'The Functions API no longer manages it, so Cloud Run builds it from now on.',
  },
} as const satisfies Rules;
