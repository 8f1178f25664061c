import { entriesOf, entryOf, itemsOf, nodeAt, type YamlEntry, type YamlNode } from '../yaml/node.ts';
import { type Api, type At, alternativesOf, nameOf, namesOf, type Operation, openBecause } from './api.ts';
import { isPreflight } from './preflight.ts';
import type { Tell } from './problem.ts';

const startOf = ({ keyLine, keyColumn }: YamlEntry): At => ({ line: keyLine, column: keyColumn });

/** Who may call which operation. */
export function lintSecurity(api: Api, tell: Tell): void {
  for (const operation of api.operations) lintOperation(api, operation, tell);
  lintSchemes(api, tell);
  lintUnlisted(api, tell);
  lintBrowsers(api, tell);
  lintTools(api, tell);
}

function lintOperation(api: Api, operation: Operation, tell: Tell): void {
  const { method, entry, security, securityEntry, isOwn } = operation;
  const name = nameOf(operation);
  const at = startOf(isOwn && securityEntry ? securityEntry : entry);
  const reason = openBecause(api, operation);
  if (reason !== undefined) {
    const isAsked = isPreflight(api, operation);
    const alone =
      method === 'options' && !isAsked
        ? ' No browser asks for it, because its path has no other method.'
        : '';
    const undefinedOne = reason.endsWith('is not defined');
    tell(isAsked ? 'gateway-preflight' : undefinedOne ? 'gateway-scheme-undefined' : 'gateway-open', {
      at,
      title: `${name} needs no credential: ${reason}.${undefinedOne ? '' : alone}`,
      fix: isAsked
        ? 'Let the function answer OPTIONS before it does any work. If no page of another site calls it, remove the operation.'
        : 'Name a scheme in security, and leave no empty alternative.',
      evidence: `${name} ${reason}`,
      isOwn,
    });
    return;
  }
  const alternatives = alternativesOf(security).map((alternative) =>
    namesOf(alternative).flatMap((scheme) => api.schemes.get(scheme) ?? []),
  );
  const weak = alternatives.find((all) => all.every(({ kind }) => kind === 'unchecked'));
  if (weak)
    tell('gateway-scheme-unchecked', {
      at,
      title: `${name} asks only for ${weak.map((one) => one.name).join(' and ')}, which the gateway does not check: ${weak.map(({ why }) => why).join(', ')}.`,
      fix: 'Ask for an API key in the header x-api-key, or for a token of a named issuer (x-google-issuer in OpenAPI 2, x-google-auth in OpenAPI 3).',
      evidence: `${name} unchecked ${weak.map((one) => one.name).join(' ')}`,
    });
  else if (alternatives.length > 1 && alternatives.flat().some(({ kind }) => kind === 'key'))
    tell('gateway-alternatives', {
      at,
      title: `${name} has several alternatives, and one of them is an API key. API Gateway does not support that.`,
      fix: 'Put the key and the token into one alternative, so that both are needed, or keep only one of them.',
      evidence: `${name} alternatives`,
    });
  else {
    const together = alternatives.find((all) => all.filter(({ kind }) => kind === 'token').length > 1);
    if (together)
      tell('gateway-alternatives', {
        at,
        title: `${name} needs several tokens together (${together.map((one) => one.name).join(' and ')}). API Gateway does not support that, so one of them may be enough.`,
        fix: 'Ask for one token, with an API key beside it if both have to be checked.',
        evidence: `${name} tokens together`,
      });
  }
}

function lintSchemes(api: Api, tell: Tell): void {
  for (const { name, kind, place } of api.schemes.values())
    if (kind === 'key' && place?.kind === 'text' && place.text === 'query')
      tell('gateway-key-query', {
        at: place,
        title: `The key of ${name} is sent in the query, so it appears in logs.`,
        fix: 'Read it from the header x-api-key.',
        evidence: `${name} in query`,
      });
}

function lintUnlisted(api: Api, tell: Tell): void {
  const allow = nodeAt(api.root, 'x-google-allow');
  if (allow?.kind === 'text' && allow.text.toLowerCase() === 'all')
    tell('gateway-unlisted', {
      at: allow,
      title:
        'x-google-allow: all passes every path and method on, those that the document does not list too.',
      fix: 'Set x-google-allow: configured.',
      evidence: 'x-google-allow all',
      edit: { old: allow.text, new: 'configured' },
    });
}

/** One field lets the question of a browser through on every path. API Gateway's own pages do not name it, those of its family do. */
function lintBrowsers(api: Api, tell: Tell): void {
  const endpoints = [
    ...itemsOf(nodeAt(api.root, 'x-google-endpoints')),
    ...itemsOf(nodeAt(api.root, 'servers')).map((server) => nodeAt(server, 'x-google-endpoint')),
  ];
  const allow = endpoints.map((one) => nodeAt(one, 'allowCors')).find(isTrue);
  if (allow)
    tell('gateway-preflight', {
      at: allow,
      title: 'allowCors passes OPTIONS on without a credential, on every path.',
      fix: 'Let the function answer OPTIONS before it does any work. If no page of another site calls it, remove allowCors.',
      evidence: 'allowCors',
    });
}

const isTrue = (node: YamlNode | undefined): boolean => node?.kind === 'text' && /^true$/i.test(node.text);

/** The list of tools has a security of its own. Without it, everyone may read it. */
function lintTools(api: Api, tell: Tell): void {
  const mcp = entryOf(nodeAt(api.root, 'x-google-api-management'), 'mcp');
  const isOn = (entry: YamlEntry | undefined) =>
    entry !== undefined && !(entry.value.kind === 'text' && entry.value.text !== 'true');
  // One operation can be a tool although the document does not make all of them tools.
  const tool = api.operations.map(({ entry }) => entryOf(entry.value, 'x-google-mcp-tool')).find(isOn);
  const switched = isOn(mcp) ? mcp : tool;
  if (!switched) return;
  const security = nodeAt(mcp?.value, 'tools-list', 'security');
  const alternatives = security?.kind === 'list' ? security.items : security ? [security] : [];
  const isOpen =
    alternatives.length === 0 ||
    alternatives.some(
      (one) =>
        one.kind !== 'map' ||
        entriesOf(one).length === 0 ||
        namesOf(one).some((name) => !api.schemes.has(name)),
    );
  if (isOpen)
    tell('gateway-tools-open', {
      at: startOf(switched),
      title: 'Anyone can list the tools of the gateway (tools-list).',
      fix: 'Give x-google-api-management.mcp.tools-list its security.',
      evidence: 'tools-list open',
    });
}
