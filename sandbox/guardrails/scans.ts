import { invalidArgument } from '../core/errors.ts';
import { projectOf, requirePermission } from '../core/iam.ts';
import type { MessageCheck } from '../core/messages.ts';
import { page } from '../core/page.ts';
import type { World } from '../core/state.ts';
import type { Route } from '../core/types.ts';
import { guardrails, type Json, nextId } from './state.ts';

/** A filter of occurrences as gcloud writes it: `(kind="A" OR kind="B") AND resourceUrl="U"` (artifacts docker images). */
function filterOf(text: string): (occurrence: Json) => boolean {
  if (text.trim() === '') return () => true;
  const tests = text.split(/\s+AND\s+/).map((part) => {
    const any = part.replace(/^\((.*)\)$/, '$1').split(/\s+OR\s+/);
    return any.map((one) => {
      const [, field = '', value = ''] =
        /^\s*(kind|resourceUrl|noteId|noteProjectId)\s*=\s*"([^"]*)"\s*$/.exec(one) ?? [];
      if (field === '') throw invalidArgument(`invalid filter: ${one}`);
      return (occurrence: Json) => {
        const [, owner, note] = /^projects\/([^/]+)\/notes\/(.+)$/.exec(String(occurrence.noteName)) ?? [];
        const has = {
          kind: occurrence.kind,
          resourceUrl: occurrence.resourceUri,
          noteId: note,
          noteProjectId: owner,
        };
        return has[field as keyof typeof has] === value;
      };
    });
  });
  return (occurrence) => tests.every((any) => any.some((test) => test(occurrence)));
}

/** Artifact Analysis (containeranalysis v1): what a scan found in an image. */
export function scanRoutes(world: World, check: MessageCheck): Route[] {
  const pattern = '/v1/projects/:project/occurrences';
  return [
    {
      method: 'GET',
      pattern,
      handle: (call, params) => {
        requirePermission(world, call.principal, 'containeranalysis.occurrences.list', projectOf(params));
        const found = guardrails(world).occurrences.filter(filterOf(call.query.get('filter') ?? ''));
        const { items, ...next } = page(found, call, 1000);
        return { status: 200, body: { ...(items.length ? { occurrences: items } : {}), ...next } };
      },
    },
    {
      method: 'POST',
      pattern,
      handle: (call, params) => {
        const body = call.json();
        check('scan Occurrence', body, 'occurrence');
        requirePermission(world, call.principal, 'containeranalysis.occurrences.create', projectOf(params));
        const { resourceUri, noteName, vulnerability, discovery } = body;
        if (!/^https:\/\//.test(String(resourceUri)))
          throw invalidArgument('occurrence.resource_uri must be set.');
        if (!/^projects\/[^/]+\/notes\/.+$/.test(String(noteName)))
          throw invalidArgument('occurrence.note_name must be set.');
        const kind = vulnerability ? 'VULNERABILITY' : discovery ? 'DISCOVERY' : undefined;
        if (!kind) throw invalidArgument('The details of the occurrence must be set.');
        const now = new Date(world.now()).toISOString();
        const made = {
          ...body,
          kind,
          name: `projects/${params.project}/occurrences/${nextId(world)}`,
          createTime: now,
          updateTime: now,
        };
        guardrails(world).occurrences.push(made);
        return { status: 200, body: made };
      },
    },
  ];
}
