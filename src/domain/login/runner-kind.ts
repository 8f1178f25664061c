/** Which program runs the job. They differ in whether a job can get an identity token, and how. */
export type RunnerKind = 'github' | 'act' | 'gitea' | 'forgejo';

/** The runner of Forgejo says that it is Gitea's too, and both descend from act. */
export function runnerKind(env: Readonly<Record<string, string | undefined>>): RunnerKind {
  if (env.FORGEJO_ACTIONS) return 'forgejo';
  if (env.GITEA_ACTIONS) return 'gitea';
  return env.ACT ? 'act' : 'github';
}
