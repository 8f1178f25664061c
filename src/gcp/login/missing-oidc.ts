import { ReleaseError } from '../../domain/errors/errors.ts';
import type { RunFacts } from '../../domain/login/request.ts';
import type { RunnerKind } from '../../domain/login/runner-kind.ts';
import { pageUrl } from '../../domain/product.ts';

interface Explanation {
  what: string;
  why: string;
  fix: string;
}

const unset = '(ACTIONS_ID_TOKEN_REQUEST_URL is not set)';
const page = pageUrl('docs/reference/runners.md');

const byRunner: Record<RunnerKind, Explanation> = {
  github: {
    what: `GitHub gave this job no identity token ${unset}.`,
    why: 'The job lacks the permission `id-token: write`, or it belongs to a reusable workflow whose caller does not grant it.',
    fix: 'Add this to the job, and to the job that calls it: `permissions: { contents: read, id-token: write }`.',
  },
  act: {
    what: `act gave this job no identity token ${unset}.`,
    why: 'act signs no identity tokens, with or without `id-token: write`, so no job under act can log in to Google Cloud without a key.',
    fix: `Run this job on GitHub. What needs no login works under act: a smoke test with \`command\`, and the replay of a watch. ${page} lists what each runner can do.`,
  },
  gitea: {
    what: `Gitea gave this job no identity token ${unset}.`,
    why: "Gitea's Actions sign no identity tokens.",
    fix: `Run this job on GitHub or on Forgejo. ${page} lists what each runner can do.`,
  },
  forgejo: {
    what: `Forgejo gave this job no identity token ${unset}.`,
    why: 'Forgejo (15 and later) gives one only to a workflow that asks for it.',
    fix: `Add \`enable-openid-connect: true\` to the workflow. The provider must trust the issuer of your Forgejo. ${page} lists what each runner can do.`,
  },
};

const fork: Explanation = {
  what: 'GitHub gave this job no identity token.',
  why: 'A pull request from a fork started this run. GitHub gives such a run no identity token, whatever its permissions are.',
  fix: 'Skip this step for forks: `if: github.event.pull_request.head.repo.full_name == github.repository`.',
};

/** The error if the runner sets no `ACTIONS_ID_TOKEN_REQUEST_*`: a permission is missing, a fork started the run, or the runner signs none. */
export function missingOidc(run: RunFacts): ReleaseError {
  const runner = run.runner ?? 'github';
  return new ReleaseError(
    'login-oidc-unavailable',
    run.fromFork && runner === 'github' ? fork : byRunner[runner],
  );
}
