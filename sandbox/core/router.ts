import type { Route } from './types.ts';

/**
 * Route patterns in the style of Google's HTTP rules: `/v2/projects/:project/services/:service:getIamPolicy`. A
 * parameter takes one segment without a colon; `:name*` takes the rest of the path.
 */
export interface CompiledRoute {
  route: Route;
  match(method: string, rawPath: string): Record<string, string> | undefined;
}

const escapePattern = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function segmentSource(segment: string, names: string[]): string {
  const parameter = /^:([A-Za-z]\w*)(\*?)(:[A-Za-z]\w*)?$/.exec(segment);
  if (!parameter) return escapePattern(segment);
  names.push(parameter[1] as string);
  return `${parameter[2] ? '(.+?)' : '([^/:]+)'}${escapePattern(parameter[3] ?? '')}`;
}

export function compile(route: Route): CompiledRoute {
  const names: string[] = [];
  const source = route.pattern.split('/').map((segment) => segmentSource(segment, names));
  const pattern = new RegExp(`^${source.join('/')}$`);
  return {
    route,
    match(method, rawPath) {
      if (method !== route.method) return undefined;
      const found = pattern.exec(rawPath);
      if (!found) return undefined;
      return Object.fromEntries(names.map((name, i) => [name, decode(found[i + 1] as string)]));
    },
  };
}

/** Percent-decodes each segment. Routes are matched before this, so an encoded slash does not split a segment. */
export const decodePath = (rawPath: string): string => rawPath.split('/').map(decode).join('/');

/** Finds the first route that matches. Patterns with fewer parameters are tried first, so literals win over parameters. */
export function createRouter(routes: readonly Route[]) {
  const compiled = routes
    .map(compile)
    .map((entry, order) => ({
      entry,
      order,
      weight:
        (entry.route.pattern.match(/\/:/g) ?? []).length + (entry.route.pattern.includes('*') ? 100 : 0),
    }))
    .sort((a, b) => a.weight - b.weight || a.order - b.order)
    .map(({ entry }) => entry);
  return (method: string, rawPath: string): { route: Route; params: Record<string, string> } | undefined => {
    for (const entry of compiled) {
      const params = entry.match(method, rawPath);
      if (params) return { route: entry.route, params };
    }
    return undefined;
  };
}
