import type { Json } from './state.ts';

/** What a URL map does with a request: pass it to a backend service, or send the client elsewhere. */
export type Way = { service: string } | { redirect: string; status: number };

const listOf = (value: unknown): Json[] => (Array.isArray(value) ? (value as Json[]) : []);

function hostFits(pattern: string, host: string): boolean {
  if (pattern === '*') return true;
  if (pattern.startsWith('*')) return host.endsWith(pattern.slice(1));
  return pattern === host || pattern === host.replace(/:\d+$/, '');
}

function redirected(redirect: Json, host: string, path: string): Way {
  const statuses: Record<string, number> = {
    FOUND: 302,
    SEE_OTHER: 303,
    TEMPORARY_REDIRECT: 307,
    PERMANENT_REDIRECT: 308,
  };
  const where = `https://${redirect.hostRedirect ?? host}${redirect.pathRedirect ?? path}`;
  return { redirect: where, status: statuses[String(redirect.redirectResponseCode)] ?? 301 };
}

/** The longest path rule wins; without one, the route rule with the lowest priority that fits. */
function inMatcher(matcher: Json, path: string): Json {
  const fitting = listOf(matcher.pathRules)
    .flatMap((rule) => (rule.paths as string[]).map((pattern) => ({ pattern, rule })))
    .filter(({ pattern }) =>
      pattern.endsWith('/*') ? `${path}/`.startsWith(pattern.slice(0, -1)) : pattern === path,
    )
    .sort((a, b) => b.pattern.length - a.pattern.length)[0];
  if (fitting) return fitting.rule;
  const route = listOf(matcher.routeRules)
    .toSorted((a, b) => Number(a.priority) - Number(b.priority))
    .find(({ matchRules }) =>
      listOf(matchRules).some(
        ({ prefixMatch, fullPathMatch }) =>
          (typeof prefixMatch === 'string' && path.startsWith(prefixMatch)) || fullPathMatch === path,
      ),
    );
  return route ?? { service: matcher.defaultService, urlRedirect: matcher.defaultUrlRedirect };
}

export function wayOf(map: Json, host: string, path: string): Way | undefined {
  const hosts = listOf(map.hostRules);
  const rule =
    hosts.find(({ hosts: own }) => (own as string[]).some((each) => each !== '*' && hostFits(each, host))) ??
    hosts.find(({ hosts: own }) => (own as string[]).includes('*'));
  const matcher = rule && listOf(map.pathMatchers).find(({ name }) => name === rule.pathMatcher);
  const found: Json = matcher
    ? inMatcher(matcher, path)
    : { service: map.defaultService, urlRedirect: map.defaultUrlRedirect };
  if (found.urlRedirect) return redirected(found.urlRedirect as Json, host, path);
  return typeof found.service === 'string' ? { service: found.service } : undefined;
}
