import { ReleaseError } from '../../domain/errors/errors.ts';
import type { RunFacts } from '../../domain/login/request.ts';

/** The error if the runner sets no `ACTIONS_ID_TOKEN_REQUEST_*`: a permission is missing, or a fork started the run. */
export function missingOidc(run: RunFacts): ReleaseError {
  if (run.fromFork)
    return new ReleaseError('login-oidc-unavailable', {
      what: 'GitHub gave this job no identity token.',
      why: 'A pull request from a fork started this run. GitHub gives such a run no identity token, whatever its permissions are.',
      fix: 'Skip this step for forks: `if: github.event.pull_request.head.repo.full_name == github.repository`.',
    });
  return new ReleaseError('login-oidc-unavailable', {
    what: 'GitHub gave this job no identity token (ACTIONS_ID_TOKEN_REQUEST_URL is not set).',
    why: 'The job lacks the permission `id-token: write`, or it belongs to a reusable workflow whose caller does not grant it.',
    fix: 'Add this to the job, and to the job that calls it: `permissions: { contents: read, id-token: write }`.',
  });
}
