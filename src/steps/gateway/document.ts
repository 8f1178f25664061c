import { ReleaseError } from '../../domain/errors/errors.ts';
import type { Finding } from '../../domain/findings/finding.ts';
import { type Api, nameOf } from '../../domain/gateway/api.ts';
import { canonicalDocument, configId } from '../../domain/gateway/canonical.ts';
import { securityText } from '../../domain/gateway/diff.ts';
import type { GatewayEvidence } from '../../domain/gateway/evidence.ts';
import { lint } from '../../domain/gateway/lint.ts';
import { addressOf } from '../../domain/gateway/lint-backends.ts';
import { isMarker, type Marked, mark, markerFolder, markerPath } from '../../domain/gateway/marker.ts';
import { type GatewayProblem, opens, refuses } from '../../domain/gateway/problem.ts';
import { readDocument } from '../../domain/gateway/read-document.ts';
import type { ConfigFact, GatewayRequest, ServiceFact } from './ports.ts';

/** The document of the user, read once. */
export interface Wanted {
  api: Api;
  /** Short name of the configuration that its content has. */
  id: string;
  /** What is sent. Undefined: no operation asks for a credential, so it is never sent. */
  marked: Marked | undefined;
}

export function readWanted(
  { file, text, account }: GatewayRequest,
  sha256: (text: string) => string,
): Wanted {
  const read = readDocument(text);
  if ('problem' in read)
    throw new ReleaseError('gateway-document', { what: `${file} cannot be used: ${read.problem}.` });
  // These paths are ours. They do not count in the name, so another one would hide there.
  if (read.api.operations.some(isMarker))
    throw new ReleaseError('gateway-document', {
      what: `${file} cannot be used: it has a path below ${markerFolder}/, which tells which configuration answers.`,
      fix: 'Rename that path.',
    });
  const id = idOf(read.api, account ?? '', sha256);
  const marked = mark(text, read.api, id);
  // What is sent is read once more, so that a layout that is not understood cannot change what it means.
  const sent = marked && readDocument(marked.text);
  if (sent && ('problem' in sent || idOf(sent.api, account ?? '', sha256) !== id))
    throw new ReleaseError('gateway-document', {
      what: `${file} cannot be used: no path can be added to its paths.`,
      fix: 'Write each path as a key of its own below paths, without anchors and explicit keys.',
    });
  return { api: read.api, id, marked };
}

/** The id of the configuration that this document has with this account. A marker in it does not count. */
export const idOf = (api: Api, account: string, sha256: (text: string) => string): string =>
  configId(sha256(`${account}\n${canonicalDocument(api.root, markerFolder)}`));

export const problemsOf = (api: Api, service: ServiceFact | undefined): GatewayProblem[] =>
  lint(api, {
    ...(service?.timeoutSeconds === undefined
      ? {}
      : { longest: { seconds: service.timeoutSeconds, what: 'the function' } }),
    urls: service?.urls,
    audiences: service?.audiences,
  });

export const findingOf = (
  { rule, severity, title, fix, at, evidence }: GatewayProblem,
  file: string,
): Finding => ({
  rule,
  severity,
  title,
  fix,
  about: [evidence],
  file,
  line: at.line,
  column: at.column,
});

/** Problems of a configuration as Google has it: nothing that opens a path may be switched to, whoever made it. */
export function guardStored(
  { documents, account }: ConfigFact,
  id: string,
  sha256: (text: string) => string,
): string | undefined {
  const [text] = documents;
  if (text === undefined || documents.length > 1) return `it has ${documents.length} OpenAPI documents`;
  const read = readDocument(text);
  if ('problem' in read) return read.problem;
  const [problem] = lint(read.api).filter(refuses);
  if (problem) return problem.title.replace(/\.$/, '');
  // The name follows from the content and the account, so another content is not ours.
  if (idOf(read.api, account, sha256) !== id) return 'its content or its account is another one';
  const own = read.api.operations.filter(isMarker);
  if (own.length === 0) return 'it has no path that tells that it answers';
  return own.length === 1 && own[0]?.path === markerPath(id) && own[0].method === 'get'
    ? undefined
    : `it has more below ${markerFolder}/ than the path that tells that it answers`;
}

/** Which path of a configuration is known to be open. Undefined: none, or its documents cannot be read. */
export function openPathOf(config: ConfigFact | undefined): string | undefined {
  const read = readDocument(config?.documents[0] ?? '');
  if ('problem' in read) return undefined;
  const problem = lint(read.api).find((one) => one.severity === 'critical' && opens(one));
  return problem?.title.replace(/[.:]+$/, '');
}

export const routesOf = (api: Api): GatewayEvidence['routes'] =>
  api.operations
    .filter((operation) => !isMarker(operation))
    .map((operation) => ({
      route: nameOf(operation),
      security: securityText(api, operation),
      backend: operation.backend ? addressOf(operation.backend) : '',
      quota: operation.costs.map(({ metric, cost }) => `${metric} ${cost}`).join(', '),
    }));
