import { actionPath, product, suiteSchemaFile } from '../product.ts';

/**
 * Every error code, with what is said where the call site knows no better. `docs/errors.md` is generated from
 * this table. Codes are stable: they are part of the report.
 */
interface Entry {
  title: string;
  why: string | undefined;
  fix: string | undefined;
}

const entry = (title: string, why?: string, fix?: string): Entry => ({ title, why, fix });

export const catalog = {
  'input-invalid': entry('One or more inputs are wrong', undefined, 'Correct the inputs named above.'),
  internal: entry(
    'A bug in these actions',
    `This is a bug in ${product}, not in your workflow.`,
    'Please open an issue with this log.',
  ),
  cancelled: entry('The run was cancelled', 'The runner sent a signal to stop.'),
  'deadline-exceeded': entry('A wait reached its deadline'),
  'network-failed': entry(
    'A server could not be reached',
    'The connection failed before an answer arrived.',
    'Check the network of the runner, then run the job again.',
  ),
  'response-too-large': entry('An answer was larger than allowed'),
  'response-malformed': entry(
    'An answer could not be read',
    'The server sent something that is not what its API documents.',
  ),
  'redirect-refused': entry(
    'A redirect was refused',
    'Redirects are not followed, so that a token never reaches another host.',
  ),
  'remote-error': entry('A Google Cloud API answered with an error'),
  'permission-denied': entry('A permission is missing'),
  'not-found': entry('Something does not exist'),
  'smoke-target': entry('The function under test cannot be used'),
  'suite-invalid': entry(
    'A smoke suite cannot be used',
    undefined,
    `Correct the suite file; its schema is schemas/${suiteSchemaFile}.`,
  ),
  'endpoint-refused': entry('An endpoint was refused', 'Only https endpoints may receive a token.'),
  'login-missing': entry(
    'No login was configured',
    'Neither workload_identity_provider nor the credentials of an earlier auth step were found.',
    `Set workload_identity_provider (and service_account) on this step, or run ${actionPath('auth')} before it.`,
  ),
  'login-key-refused': entry(
    'A service-account key was refused',
    'A key is a password that does not expire; these actions log in without one.',
  ),
  'login-oidc-unavailable': entry(
    'GitHub gave this job no token',
    'The job has no permission to ask for an identity token.',
    'Add `permissions: id-token: write` to the job.',
  ),
  'login-oidc-refused': entry(
    "GitHub's token service refused",
    'The service that signs identity tokens did not answer with one.',
    'Run the job again; see https://www.githubstatus.com if it persists.',
  ),
  'login-condition-false': entry("The provider's attribute condition rejected this run"),
  'login-mapping-wrong': entry("The provider's attribute mapping does not fit the token"),
  'login-subject-too-long': entry('The mapped subject is longer than 127 bytes'),
  'login-provider-unusable': entry('The workload identity provider cannot be used'),
  'login-issuer-wrong': entry("The provider trusts another issuer than this run's"),
  'login-audience-wrong': entry("The provider does not accept the token's audience"),
  'login-token-stale': entry('The token was too old when it arrived, or a clock is wrong'),
  'login-issuer-unreachable': entry("Google could not fetch the issuer's keys"),
  'login-impersonation-denied': entry('The federated identity may not impersonate the service account'),
  'login-account-missing': entry('The service account does not exist'),
  'login-api-disabled': entry('An API is not enabled'),
  'login-federation-unsupported': entry('A product does not take federated identities'),
  'login-sts-refused': entry('The token exchange was refused'),
  'login-id-token-needs-account': entry(
    'An ID token needs a service account',
    'A federated identity by itself cannot get an ID token; Google issues those to service accounts only.',
    'Set invoker_service_account to an account whose only role is run.invoker.',
  ),
  'login-unexpected-identity': entry('The login led to another identity than expected'),
  'login-file-failed': entry('The credentials file could not be written or removed'),
  'source-refused': entry(
    'The source folder may not be uploaded as it is',
    'A file in it is a secret, leaves the folder, or cannot be read.',
    'Leave it out with a line in .gcloudignore, or set source_dir to the folder of the function.',
  ),
  'source-changed': entry(
    'A file changed while it was being uploaded',
    'Its bytes differ from those that were listed a moment ago.',
    'Run the deploy after whatever writes to the folder has ended.',
  ),
  'upload-failed': entry('The source could not be uploaded'),
  'deploy-failed': entry('Cloud Functions could not make the new revision'),
  'deploy-conflict': entry('Somebody else deployed at the same time'),
  'function-refused': entry('The function cannot be deployed as it is asked for'),
  'watch-state-invalid': entry(
    'The saved state of a watch does not fit',
    'The objectives, or the source of the counts, were changed while a release was under way.',
    'Let the next release begin a watch of its own.',
  ),
  'slo-invalid': entry('The objectives are wrong', undefined, 'Correct the file at the place named above.'),
  'replay-invalid': entry(
    'A recording cannot be judged',
    undefined,
    'docs/decisions.md shows the format of a recording.',
  ),
} as const satisfies Record<string, Entry>;

export type ErrorCode = keyof typeof catalog;
