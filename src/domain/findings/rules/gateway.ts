import type { Rules } from '../rule.ts';

/** What the lint of an API gateway's document finds. `check` tells the same under two of its own rules. */
export const gatewayDocumentRules = {
  'gateway-open': {
    title: 'An operation of the gateway needs no credential',
    severity: 'critical',
    why: 'The gateway calls the function with its own identity. So a caller without a credential reaches a function that refuses everyone else.',
  },
  'gateway-preflight': {
    title: 'Browsers may ask without a credential whether a page may call an operation',
    severity: 'info',
    why: 'A browser sends OPTIONS without a credential before a page of another site may call. The gateway passes it on, so strangers reach the function with this one method. Nothing is refused because of it.',
  },
  'gateway-unlisted': {
    title: 'The gateway passes on paths that the document does not list',
    severity: 'critical',
    why: 'No key and no token is asked for on a path that the document does not describe.',
  },
  'gateway-scheme-undefined': {
    title: 'An operation names a credential that is defined nowhere',
    severity: 'critical',
    why: 'The gateway cannot check a credential that it does not know. Google refuses such a document only in OpenAPI 3.',
  },
  'gateway-scheme-unchecked': {
    title: 'The gateway does not know a credential',
    severity: 'high',
    why: 'API Gateway checks API keys (the header x-api-key or the query parameter key) and tokens of a named issuer. It checks no other scheme, such as a password.',
  },
  'gateway-alternatives': {
    title: 'API Gateway does not support this mix of credentials',
    severity: 'high',
    why: 'API Gateway does not support alternatives if one of them is an API key, so it is not certain that a caller needs any of them. It does not support two tokens that are needed together either, so one of them may be enough.',
  },
  'gateway-tools-open': {
    title: 'Anyone can list the tools of the gateway',
    severity: 'critical',
    why: 'The Model Context Protocol lets a caller list every operation with its parameters. The list has a security of its own.',
  },
  'gateway-backend-anonymous': {
    title: 'The gateway calls a backend without its identity',
    severity: 'critical',
    why: 'A private function refuses such a call. It works only with a function that is public.',
  },
  'gateway-backend-plain': {
    title: 'The gateway calls a backend without TLS',
    severity: 'critical',
    why: 'Requests, and the identity of the gateway, cross the network in plain text.',
  },
  'gateway-backend-missing': {
    title: 'An operation has no backend',
    severity: 'high',
    why: 'The gateway cannot pass its requests on.',
  },
  'gateway-backend-revision': {
    title: 'A backend is one revision instead of the service',
    severity: 'high',
    why: 'A tag names one revision. A release and a rollback move the traffic of the service, and the gateway would not follow.',
  },
  'gateway-audience': {
    title: 'The service does not accept the audience of the gateway',
    severity: 'high',
    why: 'Cloud Run refuses a token that was made for another service.',
  },
  'gateway-deadline': {
    title: 'The gateway gives up before the function answers',
    severity: 'medium',
    why: 'A backend without a deadline has 15 seconds. The caller gets 504, although the function works on and logs 200.',
  },
  'gateway-quota': {
    title: 'An operation has no quota that works',
    severity: 'medium',
    why: 'Without a quota, one caller can use up the instances of the function and its budget. Google counts a quota for each project that owns the key.',
  },
  'gateway-key-query': {
    title: 'A key is sent in the query',
    severity: 'medium',
    why: 'A URL with its query is written into logs on the way, and so is the key.',
  },
  'gateway-document': {
    title: 'A part of the document cannot be followed',
    severity: 'high',
    why: 'What stands behind a broken reference is not known, so an open operation could stand there.',
  },
} as const satisfies Rules;

export type GatewayRule = keyof typeof gatewayDocumentRules;

/** What the action finds besides the document. */
const gatewayStateRules = {
  'gateway-refused': {
    title: 'API Gateway refuses the document',
    severity: 'high',
    why: 'Google checks more than the lint does. No configuration was made, and the gateway is as it was.',
  },
  'gateway-key-service': {
    title: 'API keys do not work for this API yet',
    severity: 'high',
    why: 'The managed service of an API has to be enabled in the project. Until then the gateway refuses every call with a key.',
  },
  'gateway-other-content': {
    title: 'The configuration at Google is not the one of the file',
    severity: 'high',
    why: 'The name of a configuration follows from its content. Somebody made one under this name with another content or another account.',
  },
  'gateway-drift': {
    title: 'The gateway serves another configuration than the file',
    severity: 'medium',
    why: 'Somebody has moved the gateway, or the file has changed since the last release.',
  },
  'gateway-not-proved': {
    title: 'The gateway could not be proved from outside',
    severity: 'high',
    why: 'A finished operation does not mean that the new configuration answers. Only a call shows that.',
  },
  'gateway-not-back': {
    title: 'The gateway could not be moved back',
    severity: 'critical',
    why: 'The proof failed, and the way back did too. The gateway may serve either configuration.',
  },
  'gateway-not-pruned': {
    title: 'Old configurations were not removed',
    severity: 'low',
    why: 'An API can have 100 configurations. The release itself is not affected.',
  },
} as const satisfies Rules;

export const gatewayRules = { ...gatewayDocumentRules, ...gatewayStateRules } as const satisfies Rules;
