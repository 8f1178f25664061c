import { listOf, objectOf, textOf } from '../../domain/data/json.ts';
import { setupMark } from '../../domain/product.ts';
import type { Observed } from '../../domain/setup/observed.ts';
import type { SetupRow } from '../../domain/setup/plan.ts';
import type { Of } from '../../domain/setup/resource.ts';
import type { Rest } from '../../http/rest.ts';
import { readingList } from '../exposure/reading.ts';
import { observe } from './read.ts';
import { type Writer, write } from './write.ts';

/** Service accounts of IAM v1 (cloud.google.com/iam/docs/reference/rest/v1/projects.serviceAccounts). None ever gets a key. */

const base = (project: string) => `v1/projects/${encodeURIComponent(project)}/serviceAccounts`;

export function observeAccount(
  rest: Rest,
  project: string,
  { email }: Of<'account'>,
  signal?: AbortSignal,
): Promise<Observed> {
  const call = { api: 'iam', method: 'GET', path: `${base(project)}/${email}`, signal } as const;
  return observe(rest, call, 'iam.serviceAccounts.get', (body) => ({
    state: 'present',
    ours: body.description === setupMark,
    fields: { state: body.disabled === true ? 'disabled' : 'on' },
  }));
}

export async function writeAccount(
  writer: Writer,
  project: string,
  row: SetupRow,
  { email, title }: Of<'account'>,
  signal?: AbortSignal,
): Promise<void> {
  const call = { api: 'iam', path: `${base(project)}/${email}`, signal } as const;
  if (row.sign === '-') {
    await write(writer, { ...call, method: 'DELETE', accept: [404] });
    return;
  }
  const serviceAccount = { displayName: title, description: setupMark };
  if (row.observed.state !== 'present') {
    const body = { accountId: email.split('@')[0], serviceAccount };
    await write(writer, { ...call, method: 'POST', path: base(project), body });
    return;
  }
  if (row.observed.fields.state === 'disabled')
    await write(writer, { ...call, method: 'POST', path: `${call.path}:enable`, body: {} });
  if (!row.observed.ours)
    await write(writer, {
      ...call,
      method: 'PATCH',
      body: { serviceAccount, updateMask: 'displayName,description' },
    });
}

/** E-mails of the accounts that carry the mark of `init`. A list that cannot be read counts as one that has others. */
export async function ownAccounts(rest: Rest, project: string, signal?: AbortSignal): Promise<string[]> {
  const call = { api: 'iam', method: 'GET', path: base(project), query: { pageSize: 100 }, signal } as const;
  const found = await readingList(rest, call, 'iam.serviceAccounts.list', (page) =>
    listOf(page.accounts)
      .map(objectOf)
      .filter(({ description }) => description === setupMark)
      .flatMap(({ email }) => textOf(email) ?? []),
  );
  return found.ok ? found.value : ['unreadable'];
}
