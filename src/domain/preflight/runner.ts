import { runnerKind } from '../login/runner-kind.ts';

/**
 * Does this job run on a machine of GitHub's, which is outside of every network of the user? True, false, or undefined if
 * nothing tells. It is one of GitHub's only if the runner says so and nothing speaks against it: not the claim that GitHub signs
 * (`runner_environment`), not the server, and no program that copies GitHub's variables.
 * Variables: https://docs.github.com/actions/reference/variables-reference.
 */
export function isHosted(
  env: Readonly<Record<string, string | undefined>>,
  claims: Readonly<Record<string, unknown>> | undefined,
): boolean | undefined {
  if (runnerKind(env) !== 'github') return false;
  if ([env.RUNNER_ENVIRONMENT, claims?.runner_environment].includes('self-hosted')) return false;
  // A GitHub Enterprise Server has no machines of GitHub's.
  if (!isCloud(env.GITHUB_SERVER_URL)) return false;
  return env.RUNNER_ENVIRONMENT === 'github-hosted' ? true : undefined;
}

/** github.com, and GitHub Enterprise Cloud with data residency. */
function isCloud(server = 'https://github.com'): boolean {
  const host = URL.canParse(server) ? new URL(server).hostname : '';
  return host === 'github.com' || host.endsWith('.ghe.com');
}
