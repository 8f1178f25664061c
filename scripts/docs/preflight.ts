import { sizeRules } from '../../src/domain/preflight/limits.ts';
import {
  apiChecks,
  isNeededBy,
  type NamedThing,
  type PermissionCheck,
  permissionChecks,
} from '../../src/domain/preflight/permissions.ts';

const weights = { stop: 'stops', warn: 'warns', note: 'only in the report' } as const;
const namedThings: Readonly<Record<NamedThing, string>> = {
  secret: 'a secret of this project',
  'vertex model': 'a model of Vertex AI in this project',
  'storage model': 'a model in Cloud Storage',
};
const times = { new: ', first release', existing: '' } as const;

/** Writes docs/release/preflight.md from the table of checks. */
export function generate(): Record<string, string> {
  const checks: readonly PermissionCheck[] = permissionChecks;
  const permission = (check: PermissionCheck) =>
    `- \`${check.permission}\` on the ${check.on} (${check.stage}${check.when ? times[check.when] : ''}): **${weights[check.weight]}.** ${check.without}`;
  /** A list for each role. A table of so many columns cannot be read on a phone. */
  const byRole = (some: readonly PermissionCheck[]) =>
    [...new Set(some.map(({ role }) => role))].flatMap((role) => [
      `**\`${role}\`** has`,
      '',
      ...some.filter((check) => check.role === role).map(permission),
      '',
    ]);
  const apis = (which: (check: (typeof apiChecks)[number]) => boolean) =>
    [...new Set(apiChecks.filter(which).map(({ service }) => `\`${service}\``))].join(', ');
  const lines = [
    '# What a release checks before it changes anything',
    '',
    'A permission that is missing at the third stage is found at the third stage: after a build, or with half of the users on the new',
    'revision. So a release, and `actions/deploy`, first try everything that a later stage needs. Nothing is changed by that. What is missing',
    'is reported as one list with one block of commands, and the outcome is `blocked`. `preflight: warn` reports the list and goes on.',
    '',
    'Generated from the tables in `src/domain/preflight/`.',
    '',
    '## Permissions',
    '',
    'Each is asked for with `testIamPermissions`, which needs no permission itself, by the identity that will use it. The project is asked',
    'first. The function, the service and the accounts are asked only about what the project does not grant. Each line says on what, for which',
    'stage, what the release does if the permission is missing, and why. The bucket of a model, and the project of a model that is not in the',
    'project of the release, are always asked themselves.',
    '',
    ...byRole(checks.filter(({ of }) => isNeededBy(of, 'function'))),
    'The watch needs the permission of its source. `source: auto` needs one of the two: without the logs it warns, without both it stops.',
    'With `on_blind: promote` unreadable counts only warn.',
    '',
    'A release of a container image needs none of the permissions of Cloud Functions. In their place it needs `run.services.create` for a',
    'first release; `roles/run.developer` has it, and everything for which the list names `roles/cloudfunctions.developer` but',
    '`serviceusage.services.get`, which `roles/serviceusage.serviceUsageViewer` has. The image is looked up in its registry: a tag or a digest',
    'that does not exist, a registry that refuses this identity or that Cloud Run does not pull from, and an image that is not built for',
    'linux/amd64 stop the release here. `roles/artifactregistry.reader` lets this identity read it.',
    '',
    'A release of a [Cloud Run function](functions-by-cloud-run.md) needs none of the permissions of Cloud Functions either. In their place',
    'it needs `run.services.create` for a first release, and these for the upload and the build:',
    '',
    ...byRole(checks.filter(({ of }) => of === 'run-function')),
    '## APIs',
    '',
    `${apis(({ of, names }) => names === undefined && isNeededBy(of, 'function'))}; for a Cloud Run function \`storage.googleapis.com\` in place of \`cloudfunctions.googleapis.com\`. One call to Service Usage lists those that are off. If this identity may not read the list, a call that Google refuses for that reason names its own API.`,
    '',
    'These are needed only if an input names what they are for:',
    '',
    ...Object.entries(namedThings).map(
      ([thing, text]) => `- ${apis(({ names }) => names === thing)} for ${text}.`,
    ),
    '',
    '## The caller of the smoke test and of probes',
    '',
    '- An ID token of `invoker_service_account` (or of `service_account`) is requested. The smoke test uses the same token later.',
    '- The caller asks, with a short token of its own, whether it has `run.routes.invoke` on the service. If the answer is no, one call',
    '  of the service confirms it. Before the first release there is no service, so a missing grant only warns.',
    "- With internal ingress, one of GitHub's runners cannot reach the function, so a release with a smoke suite stops. A runner of your own",
    '  may be inside your network, so it goes on.',
    '',
    '## Settings',
    '',
    "Google checks these only after the build (the limits are those of Google's page on",
    '[CPU and memory](https://cloud.google.com/run/docs/configuring/services/cpu)):',
    '',
    ...sizeRules.map((rule) => `- ${rule}`),
    '',
    '## The region',
    '',
    'If the function does not exist in `region`, but one of the same name exists in another region, the release stops: most often `region` is',
    'wrong or was forgotten. `new_region: true` confirms that the function is meant to exist once more.',
    '',
    '## What cannot be tried',
    '',
    'If Google does not answer, the check is `unknown`, the finding `preflight-unchecked` says so, and the release goes on. A later stage then',
    'fails as it would have failed without the preflight. Whether an organisation policy, a quota or the billing account forbids the build',
    'cannot be asked beforehand.',
    '',
    '`actions/rollback` tries only in a dry run, because in an emergency nothing may stand before the rollback itself. `actions/watch` and',
    '`actions/smoke-test` change nothing, and their own first call is the check.',
    '',
    'A preflight waits for at most three calls in a row. It reads the function for the next stage too.',
  ];
  return { 'docs/release/preflight.md': `${lines.join('\n')}\n` };
}
