import type { YamlNode } from '../yaml/node.ts';
import { type Api, type Backend, nameOf } from './api.ts';
import type { Known } from './known.ts';
import type { Tell } from './problem.ts';

/** What a backend without a deadline has, in seconds (OpenAPI extensions of API Gateway, x-google-backend). */
export const standardDeadline = 15;

const textAt = (node: YamlNode | undefined): string => (node?.kind === 'text' ? node.text : '');
export const addressOf = ({ address }: Pick<Backend, 'address'>): string => textAt(address);
/** No name of a host is longer, and the patterns below are slow with a very long one. */
const maxHost = 253;
export function hostOf(url: string): string {
  const host = /^https?:\/\/([^/:?#]+)/i.exec(url)?.[1]?.toLowerCase() ?? '';
  return host.length > maxHost ? '' : host;
}

/** Where the gateway passes requests on to. */
export function lintBackends(api: Api, known: Known, tell: Tell): void {
  for (const backend of api.backends) {
    lintAddress(backend, known, tell);
    lintDeadline(backend, known, tell);
  }
  const some = api.backends.length > 0;
  for (const operation of api.operations) {
    const { backend, entry } = operation;
    const at = { line: entry.keyLine, column: entry.keyColumn };
    if (backend?.missing !== undefined)
      tell('gateway-backend-missing', {
        at: backend.use,
        title: `The backend ${backend.missing} is not declared in x-google-api-management.`,
        fix: 'Declare it below x-google-api-management.backends.',
        evidence: `backend ${backend.missing}`,
      });
    else if (!backend && some)
      tell('gateway-backend-missing', {
        at,
        title: `${nameOf(operation)} has no backend.`,
        fix: 'Give it x-google-backend, or set x-google-backend once for the document.',
        evidence: `${nameOf(operation)} no backend`,
      });
  }
}

function lintAddress(backend: Backend, { urls, audiences }: Known, tell: Tell): void {
  const address = addressOf(backend);
  const host = hostOf(address);
  const at = backend.address ?? backend.use;
  if (backend.off)
    tell('gateway-backend-anonymous', {
      at: backend.off,
      title: `The gateway calls ${address || 'the backend'} without its identity (disable_auth), so the backend has to be public.`,
      fix: 'Remove disable_auth, and let the account of the gateway call the function.',
      evidence: `disable_auth ${address}`,
      edit: textAt(backend.off) === 'true' ? { old: 'true', new: 'false' } : undefined,
    });
  if (/^http:\/\//i.test(address) && !/^(localhost|127\.[\d.]+)$/.test(host))
    tell('gateway-backend-plain', {
      at,
      title: `The backend ${address} is called without TLS.`,
      fix: 'Use its https address.',
      evidence: `http ${address}`,
    });
  if (/^[^.]+---[^.]+\..*run\.app$/.test(host))
    tell('gateway-backend-revision', {
      at,
      title: `The backend ${address} is a tag, and so one revision of the service.`,
      fix: 'Use the URL of the service, which follows releases and rollbacks.',
      evidence: `tag ${address}`,
    });
  const audience = textAt(backend.audience);
  const hosts = (urls ?? []).map(hostOf);
  if (audience === '' || !hosts.includes(host) || backend.off) return;
  const accepted = [...(urls ?? []), ...(audiences ?? [])];
  if (!accepted.includes(audience) && !hosts.includes(hostOf(audience)))
    tell('gateway-audience', {
      at: backend.audience ?? at,
      title: `The gateway makes its token for ${audience}, which the service at ${address} does not accept.`,
      fix: 'Remove jwt_audience, or write the URL of the service.',
      evidence: `audience ${audience}`,
    });
}

function lintDeadline(backend: Backend, { longest }: Known, tell: Tell): void {
  if (backend.missing !== undefined) return;
  const { deadline } = backend;
  const given = deadline?.kind === 'text' ? Number(deadline.text) : undefined;
  const seconds = given !== undefined && given > 0 ? given : standardDeadline;
  const at = deadline ?? { line: backend.entry.keyLine, column: backend.entry.keyColumn };
  const wanted = longest && String(longest.seconds + 10);
  const edit = wanted && deadline?.kind === 'text' ? { old: deadline.text, new: wanted } : undefined;
  if (given !== undefined && !(given > 0))
    tell('gateway-deadline', {
      at,
      title: `A deadline of ${textAt(deadline)} means the standard ${standardDeadline} seconds.`,
      fix: 'Write the seconds that the function may take.',
      evidence: `deadline ${textAt(deadline)}`,
      edit,
    });
  else if (longest && longest.seconds > seconds)
    tell('gateway-deadline', {
      at,
      title: `The gateway gives up after ${seconds} s${deadline ? '' : ', because no deadline is set'}, and ${longest.what} may take ${longest.seconds} s.`,
      fix: `Set deadline: ${wanted}.`,
      evidence: `deadline ${addressOf(backend)}`,
      edit,
    });
}
