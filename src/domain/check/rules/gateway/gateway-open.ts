import type { Place } from '../../files/repository.ts';
import { placeOf } from '../../workflow/parts.ts';
import { entryOf, mapsIn, textAt } from '../../yaml/node.ts';
import type { Rule } from '../rule.ts';
import { type Api, alternativesOf, apisOf, namesOf, type Operation } from './api.ts';

/** An operation that asks for no credential, or a backend that is called without one. */
export const gatewayOpen: Rule = (facts, report) => {
  for (const api of apisOf(facts)) {
    for (const operation of api.operations) {
      const reason = openBecause(api, operation);
      if (reason === undefined) continue;
      if (!api.isServed) {
        report.unknown(
          { file: api.file, line: 1, column: 1 },
          'The definition names no credential, and nothing here says that a gateway serves it.',
        );
        continue;
      }
      const isCors = operation.method === 'options';
      const own = entryOf(operation.entry.value, 'security');
      const at: Place = own
        ? { file: api.file, line: own.keyLine, column: own.keyColumn }
        : { file: api.file, line: operation.entry.keyLine, column: operation.entry.keyColumn };
      report.found({
        severity: isCors ? 'info' : 'critical',
        // A definition without extensions of Google may be documentation alone.
        confidence: api.isGateway || operation.isOwn ? 'high' : 'medium',
        at,
        title: `${operation.method.toUpperCase()} ${operation.path} needs no credential: ${reason}.`,
        fix: isCors
          ? 'Browsers send OPTIONS without a credential, so this is usual.'
          : 'Name a scheme in security, and leave no empty alternative.',
        evidence: `${operation.method} ${operation.path} ${reason}`,
      });
    }
    inExtensions(api, report);
  }
};

function openBecause(api: Api, { security, isOwn }: Operation): string | undefined {
  if (!security) return 'neither it nor the document has security';
  const all = alternativesOf(security);
  if (security.kind === 'list' && all.length === 0)
    return isOwn ? 'its security is an empty list' : 'the security of the document is an empty list';
  if (all.some((alternative) => namesOf(alternative).length === 0))
    return 'one alternative of its security is empty';
  const missing = all.flatMap(namesOf).find((name) => !api.schemes.has(name));
  return missing === undefined ? undefined : `its scheme ${missing} is not defined`;
}

function inExtensions(api: Api, report: Parameters<Rule>[1]): void {
  const tell = (
    at: Place,
    title: string,
    fix: string,
    evidence: string,
    edit?: { old: string; new: string },
  ) =>
    report.found({
      severity: 'critical',
      confidence: 'high',
      at,
      title,
      fix,
      evidence,
      edits: edit ? [{ ...at, ...edit }] : [],
    });
  const told = new Set<string>();
  const once = (key: string) => !told.has(key) && told.add(key);
  const allow = entryOf(api.root, 'x-google-allow')?.value;
  if (allow?.kind === 'text' && allow.text === 'all')
    tell(
      placeOf(api.file, allow),
      'x-google-allow: all passes every path and method on, those that the document does not list too.',
      'Set x-google-allow: configured.',
      'x-google-allow all',
      { old: 'all', new: 'configured' },
    );
  for (const map of mapsIn(api.root))
    for (const { key, value } of map.entries) {
      if (key !== 'x-google-backend' || value.kind !== 'map') continue;
      const off = entryOf(value, 'disable_auth')?.value;
      const address = textAt(value, 'address') ?? '';
      if (off?.kind === 'text' && off.text === 'true' && once(`off ${address}`))
        tell(
          placeOf(api.file, off),
          `The gateway calls ${address || 'the backend'} without its identity (disable_auth), so the backend has to be public.`,
          'Remove disable_auth, and let the account of the gateway call the function.',
          `disable_auth ${address}`,
          { old: 'true', new: 'false' },
        );
      if (
        /^http:\/\//.test(address) &&
        !/^http:\/\/(localhost|127\.)/.test(address) &&
        once(`http ${address}`)
      )
        tell(
          placeOf(api.file, entryOf(value, 'address')?.value ?? value),
          `The backend ${address} is called without TLS.`,
          'Use its https address.',
          `http ${address}`,
        );
    }
  const tools = [...mapsIn(api.root)].flatMap((map) => map.entries.filter(({ key }) => key === 'tools-list'));
  for (const { value } of tools)
    if (
      entryOf(value, 'security') === undefined ||
      alternativesOf(entryOf(value, 'security')?.value).some((one) => namesOf(one).length === 0)
    )
      tell(
        placeOf(api.file, value),
        'Anyone can list the tools of the gateway (tools-list).',
        'Give tools-list its security.',
        'tools-list open',
      );
}
