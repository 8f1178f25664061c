import { invalidArgument } from './errors.ts';
import { checkMessage } from './proto.ts';
import type { Call, Route } from './types.ts';

/** The requests of google/iam/v1/iam_policy.proto, which every API of Google's shares, by the verb at the end of a path. */
const policyRequests: Readonly<Record<string, string>> = {
  setIamPolicy: 'google.iam.v1.SetIamPolicyRequest',
  getIamPolicy: 'google.iam.v1.GetIamPolicyRequest',
  testIamPermissions: 'google.iam.v1.TestIamPermissionsRequest',
};

/** Verbs whose request has no field but the one in the path. */
const empty = new Set(['getAncestry', 'enable', 'disable', 'generateDownloadUrl']);

/**
 * Refuses a body that is not the request's message before anything else is looked at. Google's front end parses a
 * request (400) before the API asks for permissions (403), and before it looks at what is there (404, 409).
 */
export function checkShape(call: Call, { method, pattern }: Route): void {
  if (method === 'GET' || method === 'DELETE' || call.body.length === 0) return;
  const verb = /:([A-Za-z]+)$/.exec(pattern)?.[1] ?? '';
  const message = policyRequests[verb];
  if (message) checkMessage('functions', message, call.json());
  if (!empty.has(verb)) return;
  const strange = Object.keys(call.json())[0];
  if (strange !== undefined)
    throw invalidArgument(`Invalid JSON payload received. Unknown name "${strange}": Cannot find field.`);
}
