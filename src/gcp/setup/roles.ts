import { textsOf } from '../../domain/data/json.ts';
import { setupMark } from '../../domain/product.ts';
import { listText } from '../../domain/setup/fields.ts';
import type { Observed } from '../../domain/setup/observed.ts';
import type { SetupRow } from '../../domain/setup/plan.ts';
import type { Of } from '../../domain/setup/resource.ts';
import type { Rest } from '../../http/rest.ts';
import { observe } from './read.ts';
import { type Writer, write } from './write.ts';

/** Custom roles of IAM v1 (cloud.google.com/iam/docs/reference/rest/v1/projects.roles). A deleted role comes back with undelete. */

export function observeRole(rest: Rest, { name }: Of<'role'>, signal?: AbortSignal): Promise<Observed> {
  const call = { api: 'iam', method: 'GET', path: `v1/${name}`, signal } as const;
  return observe(rest, call, 'iam.roles.get', (body) => ({
    state: 'present',
    ours: body.description === setupMark,
    deleted: body.deleted === true,
    fields: { permissions: listText(textsOf(body.includedPermissions)) },
  }));
}

export async function writeRole(
  writer: Writer,
  row: SetupRow,
  role: Of<'role'>,
  signal?: AbortSignal,
): Promise<void> {
  const call = { api: 'iam', path: `v1/${role.name}`, signal } as const;
  if (row.sign === '-') {
    await write(writer, { ...call, method: 'DELETE', accept: [404] });
    return;
  }
  const fields = {
    title: role.title,
    description: setupMark,
    includedPermissions: [...role.permissions],
    stage: 'GA',
  };
  if (row.observed.state !== 'present') {
    const path = `v1/${role.name.replace(/\/[^/]+$/, '')}`;
    await write(writer, { ...call, method: 'POST', path, body: { roleId: role.id, role: fields } });
    return;
  }
  if (row.observed.deleted)
    await write(writer, { ...call, method: 'POST', path: `v1/${role.name}:undelete`, body: {} });
  const updateMask = Object.keys(fields).join(',');
  await write(writer, {
    ...call,
    method: 'PATCH',
    query: { updateMask },
    body: fields,
    retry: 'repeatable-write',
  });
}
