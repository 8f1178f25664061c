/** Where a GitHub is: its API, and the issuer of its tokens. */
export interface GithubHost {
  host: string;
  api: string;
  issuer: string;
}

/** github.com, an enterprise with data residency (`acme.ghe.com`), or a GitHub Enterprise Server. */
export function githubHost(host: string): GithubHost {
  if (host === 'github.com')
    return { host, api: 'https://api.github.com', issuer: 'https://token.actions.githubusercontent.com' };
  if (host.endsWith('.ghe.com'))
    return { host, api: `https://api.${host}`, issuer: `https://token.actions.${host}` };
  return { host, api: `https://${host}/api/v3`, issuer: `https://${host}/_services/token` };
}

/** Host and `owner/name` of the address of a git remote. Undefined if it is no address of a repository. */
export function parseRemote(address: string): { host: string; repository: string } | undefined {
  const text = address.trim();
  const [, host, path] =
    /^(?:https?|ssh|git):\/\/(?:[^@/]+@)?([^/:]+)(?::\d+)?\/(.+)$/.exec(text) ??
    /^(?:[^@/]+@)([^/:]+):(.+)$/.exec(text) ??
    [];
  const repository = path?.replace(/\/+$/, '').replace(/\.git$/, '');
  if (!host || !repository || !/^[\w.-]+\/[\w.-]+$/.test(repository)) return undefined;
  return { host: host.toLowerCase(), repository };
}

/** A line of a list of repositories: `owner/name`, the name of its function, and its environment if it has another one. */
export interface ListedRepository {
  repository: string;
  name: string;
  environment: string | undefined;
}

/** Reads the list. Returns what is wrong with it, each with its line. */
export function parseRepositories(text: string): { listed: ListedRepository[]; problems: string[] } {
  const listed: ListedRepository[] = [];
  const problems: string[] = [];
  for (const [at, line] of text.split(/\r?\n/).entries()) {
    const [repository, name, environment, ...more] = line.replace(/#.*/, '').trim().split(/\s+/);
    if (!repository) continue;
    if (!/^[\w.-]+\/[\w.-]+$/.test(repository) || !name || more.length > 0)
      problems.push(`line ${at + 1}: expected OWNER/NAME FUNCTION [ENVIRONMENT]`);
    else if (!/^[A-Za-z]([-A-Za-z0-9_]{0,61}[A-Za-z0-9])?$/.test(name))
      problems.push(`line ${at + 1}: expected the name of a function as the second word`);
    else listed.push({ repository, name, environment });
  }
  if (listed.length === 0 && problems.length === 0) problems.push('it names no repository');
  return { listed, problems };
}
