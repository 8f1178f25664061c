import {
  type Api,
  alternativesOf,
  nameOf,
  namesOf,
  type Operation,
  openBecause,
  type Scheme,
} from './api.ts';
import { addressOf } from './lint-backends.ts';
import { isMarker } from './marker.ts';
import { isPreflight } from './preflight.ts';

/** What a change of the document means for callers. */
export interface RouteChange {
  /** `POST /ocr`, or `quota NAME` for a limit. */
  route: string;
  change: 'added' | 'removed' | 'changed';
  /** What changed: `security`, `credential`, `backend`, `deadline`, `quota`. Empty for a route that is new or gone. */
  what: string;
  before: string;
  after: string;
  /** A caller needs less than before. */
  weaker: boolean;
}

/** `key and token, or other`; `nothing` for an open operation. */
export function securityText(api: Api, operation: Operation): string {
  if (openBecause(api, operation) !== undefined) return 'nothing';
  return alternativesOf(operation.security)
    .map((alternative) => namesOf(alternative).join(' and '))
    .join(', or ');
}

/** What each alternative asks for. An open operation has one that asks for nothing. */
const needs = (api: Api, operation: Operation): string[][] =>
  openBecause(api, operation) === undefined ? alternativesOf(operation.security).map(namesOf) : [[]];

/** Does some caller get in who did not before? */
const isWeaker = (before: string[][], after: string[][]): boolean =>
  after.some((has) => !before.some((all) => all.every((name) => has.includes(name))));

/** What a scheme asks for, without its name: another issuer under the same name is another credential. */
function credentialText({ name, kind, place, issuer, audiences, why }: Scheme): string {
  const where = place?.kind === 'text' ? ` in ${place.text}` : '';
  const who = issuer === undefined ? '' : ` of ${issuer}`;
  const whom = audiences.length === 0 ? '' : ` for ${[...audiences].sort().join(', ')}`;
  const not = why === undefined ? '' : ` (not checked: ${why})`;
  return `${name} is a ${kind === 'unchecked' ? 'credential' : kind}${where}${who}${whom}${not}`;
}

/** The schemes that an operation asks for, each once. */
const schemesOf = (api: Api, operation: Operation): Scheme[] =>
  openBecause(api, operation) === undefined
    ? [...new Set(alternativesOf(operation.security).flatMap(namesOf))]
        .sort()
        .flatMap((name) => api.schemes.get(name) ?? [])
    : [];

/** Does a scheme of the same name let somebody in who was kept out: nobody checks it now, another issuer signs, or another audience is taken? */
const isLooser = (before: readonly Scheme[], after: readonly Scheme[]): boolean =>
  after.some(({ name, kind, issuer, audiences }) => {
    const old = before.find((one) => one.name === name);
    if (!old || old.kind === 'unchecked') return false;
    if (kind === 'unchecked' || issuer !== old.issuer) return true;
    if (kind === 'key' && old.kind === 'token') return true;
    // Without a list, the gateway takes its own name alone.
    return audiences.some((audience) => !old.audiences.includes(audience));
  });

const facts = (api: Api, operation: Operation): Record<string, string> => ({
  security: securityText(api, operation),
  credential: schemesOf(api, operation).map(credentialText).join('; '),
  backend: operation.backend ? addressOf(operation.backend) || (operation.backend.missing ?? '') : '',
  deadline: operation.backend?.deadline?.kind === 'text' ? operation.backend.deadline.text : 'standard',
  quota: operation.costs.map(({ metric, cost }) => `${metric} ${cost}`).join(', ') || 'none',
});

/** The routes, their security, backends and quotas, and the limits: what is different. Markers do not count. */
export function diffApis(before: Api, after: Api): RouteChange[] {
  const routes = (api: Api) =>
    new Map(
      api.operations
        .filter((operation) => !isMarker(operation))
        .map((one) => [
          nameOf(one),
          {
            facts: facts(api, one),
            needs: needs(api, one),
            schemes: schemesOf(api, one),
            isPreflight: isPreflight(api, one),
          },
        ]),
    );
  const limits = (api: Api) =>
    new Map(api.limits.map(({ name, metric, value }) => [`quota ${name || metric}`, value]));
  const old = routes(before);
  const fresh = routes(after);
  const changes: RouteChange[] = [];
  for (const [route, { facts, needs, schemes, isPreflight: isAsked }] of fresh) {
    const known = old.get(route);
    if (!known) {
      const { security = '' } = facts;
      changes.push({
        route,
        change: 'added',
        what: '',
        before: '',
        after: security,
        weaker: security === 'nothing' && !isAsked,
      });
      continue;
    }
    // Other names are told as security, which says the same.
    for (const [what, value] of Object.entries(facts))
      if (known.facts[what] !== value && (what !== 'credential' || known.facts.security === facts.security))
        changes.push({
          route,
          change: 'changed',
          what,
          before: known.facts[what] ?? '',
          after: value,
          weaker:
            (what === 'security' && !isAsked && isWeaker(known.needs, needs)) ||
            (what === 'credential' && isLooser(known.schemes, schemes)) ||
            (what === 'quota' && value === 'none'),
        });
  }
  for (const [route, { facts }] of old)
    if (!fresh.has(route))
      changes.push({
        route,
        change: 'removed',
        what: '',
        before: facts.security ?? '',
        after: '',
        weaker: false,
      });
  const oldLimits = limits(before);
  const newLimits = limits(after);
  for (const route of new Set([...oldLimits.keys(), ...newLimits.keys()])) {
    const [from, to] = [oldLimits.get(route), newLimits.get(route)];
    if (from === to) continue;
    changes.push({
      route,
      change: from === undefined ? 'added' : to === undefined ? 'removed' : 'changed',
      what: 'quota',
      before: from ?? '',
      after: to ?? '',
      weaker: to === undefined || Number(to) > Number(from ?? Number.POSITIVE_INFINITY),
    });
  }
  return changes;
}
