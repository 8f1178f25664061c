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

/** True for a GitHub Enterprise Server: neither github.com nor an enterprise with data residency. */
export const isServer = (host: string): boolean => host !== 'github.com' && !host.endsWith('.ghe.com');

export interface RepositoryAddress {
  host: string;
  /** `owner/name`. */
  repository: string;
}

/** Host and `owner/name` of the address of a git remote. Undefined if it is no address of a repository. */
export function parseRemote(address: string): RepositoryAddress | undefined {
  const text = address.trim();
  // The port of ssh says nothing about the API. That of https does.
  const [, host, path] =
    /^https?:\/\/(?:[^@/]+@)?([^/:]+(?::\d+)?)\/(.+)$/.exec(text) ??
    /^(?:ssh|git):\/\/(?:[^@/]+@)?([^/:]+)(?::\d+)?\/(.+)$/.exec(text) ??
    /^(?:[^@/]+@)([^/:]+):(.+)$/.exec(text) ??
    [];
  const repository = path?.replace(/\/+$/, '').replace(/\.git$/, '');
  // A name without a dot is an alias of this person's ssh.
  if (!host?.includes('.') || !repository || !/^[\w.-]+\/[\w.-]+$/.test(repository)) return undefined;
  const name = host.toLowerCase();
  // The door of github.com for networks that block the usual port of ssh.
  return { host: name === 'ssh.github.com' ? 'github.com' : name, repository };
}

/** A repository as gh takes it: `OWNER/NAME`, or `HOST/OWNER/NAME`. */
export const repositoryPattern = /^(?:[\w-]+(?:\.[\w-]+)+(?::\d+)?\/)?[\w.-]+\/[\w.-]+$/;

export function parseRepository(text: string, otherwise: string): RepositoryAddress {
  const parts = text.split('/');
  const host = parts.length === 3 ? parts[0]?.toLowerCase() : undefined;
  return { host: host ?? otherwise, repository: parts.slice(-2).join('/') };
}

/**
 * The variables that may hold a token for a GitHub, as gh reads them: a token of github.com is never sent to a server.
 * @param jobServer host of the GitHub whose job this is, if it is one
 */
export function tokenVariables(host: string, jobServer: string | undefined): string[] {
  if (!isServer(host)) return ['GH_TOKEN', 'GITHUB_TOKEN'];
  return [
    ...['GH_ENTERPRISE_TOKEN', 'GITHUB_ENTERPRISE_TOKEN'],
    ...(jobServer === host ? ['GH_TOKEN', 'GITHUB_TOKEN'] : []),
  ];
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
