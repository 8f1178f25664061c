type Env = Readonly<Record<string, string | undefined>>;

/** The address of the job's GitHub. Undefined if it is nothing that a link may lead to. */
export function githubServer({ GITHUB_SERVER_URL: server = 'https://github.com' }: Env): string | undefined {
  return /^https:\/\/[\w.:-]+$/.test(server) ? server : undefined;
}

/** `owner/name` */
export const isRepository = (name: string | undefined): name is string =>
  /^[\w.-]+\/[\w.-]+$/.test(name ?? '');

/** The page of a run, or of one attempt of it. */
export const runPage = (
  server: string,
  repository: string,
  run: string | number,
  attempt?: string | number,
) => `${server}/${repository}/actions/runs/${run}${attempt === undefined ? '' : `/attempts/${attempt}`}`;
