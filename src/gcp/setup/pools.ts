import {
  type JsonObject,
  listOf,
  objectOf,
  textMapOf,
  textOf,
  textOrEmpty,
  textsOf,
} from '../../domain/data/json.ts';
import { setupMark } from '../../domain/product.ts';
import { attributeMapping, hasPublicKeys } from '../../domain/setup/admission.ts';
import { listText, mappingField } from '../../domain/setup/fields.ts';
import type { Observed } from '../../domain/setup/observed.ts';
import type { SetupRow } from '../../domain/setup/plan.ts';
import type { Of } from '../../domain/setup/resource.ts';
import type { Rest } from '../../http/rest.ts';
import { observe } from './read.ts';
import { type Writer, write } from './write.ts';

/** Pools and providers of IAM v1 (cloud.google.com/iam/docs/reference/rest/v1/projects.locations.workloadIdentityPools). */

const stateOf = ({ disabled }: JsonObject): string => (disabled === true ? 'disabled' : 'on');
const isOurs = ({ description }: JsonObject): boolean => description === setupMark;
const isDeleted = ({ state }: JsonObject): boolean => state === 'DELETED';

export async function observePool(rest: Rest, { name }: Of<'pool'>, signal?: AbortSignal): Promise<Observed> {
  const call = { api: 'iam', method: 'GET', path: `v1/${name}`, signal } as const;
  const found = await observe(rest, call, 'iam.googleapis.com/workloadIdentityPools.get', (body) => ({
    state: 'present',
    ours: isOurs(body),
    deleted: isDeleted(body),
    fields: { state: stateOf(body) },
  }));
  if (found.state !== 'present' || found.deleted) return found;
  // A pool with providers that someone else made is never removed.
  const list = {
    api: 'iam',
    method: 'GET',
    path: `v1/${name}/providers`,
    query: { pageSize: 100 },
    signal,
  } as const;
  const others = await observe(
    rest,
    list,
    'iam.googleapis.com/workloadIdentityPoolProviders.list',
    (body) => ({
      state: 'present',
      ours: true,
      fields: { others: listText(foreign(body)) },
    }),
  );
  return {
    ...found,
    fields: { ...found.fields, others: others.state === 'present' ? (others.fields.others ?? '') : '?' },
  };
}

const foreign = (body: JsonObject): string[] =>
  listOf(body.workloadIdentityPoolProviders)
    .map(objectOf)
    .filter((provider) => !isOurs(provider))
    .flatMap(({ name }) => textOf(name) ?? []);

export function observeProvider(
  rest: Rest,
  { name }: Of<'provider'>,
  signal?: AbortSignal,
): Promise<Observed> {
  const call = { api: 'iam', method: 'GET', path: `v1/${name}`, signal } as const;
  return observe(rest, call, 'iam.googleapis.com/workloadIdentityPoolProviders.get', (body) => {
    const oidc = objectOf(body.oidc);
    const mapping = textMapOf(body.attributeMapping);
    return {
      state: 'present',
      ours: isOurs(body),
      deleted: isDeleted(body),
      fields: {
        state: stateOf(body),
        issuer: textOrEmpty(oidc.issuerUri),
        audiences: listText(textsOf(oidc.allowedAudiences)),
        'uploaded keys': textOf(oidc.jwksJson) === undefined ? 'none' : 'present',
        condition: textOrEmpty(body.attributeCondition),
        ...Object.fromEntries(Object.entries(mapping).map(([key, value]) => [mappingField(key), value])),
      },
    };
  });
}

export async function writePool(
  writer: Writer,
  row: SetupRow,
  pool: Of<'pool'>,
  signal?: AbortSignal,
): Promise<void> {
  const call = { api: 'iam', path: `v1/${pool.name}`, signal } as const;
  const parent = pool.name.replace(/\/[^/]+$/, '');
  if (row.sign === '-') {
    await write(writer, { ...call, method: 'DELETE', accept: [404] }, 'v1');
    return;
  }
  if (row.observed.state !== 'present') {
    const body = { displayName: 'GitHub', description: setupMark };
    const query = { workloadIdentityPoolId: pool.id };
    await write(writer, { ...call, method: 'POST', path: `v1/${parent}`, query, body, accept: [409] }, 'v1');
    return;
  }
  if (row.observed.deleted)
    await write(writer, { ...call, method: 'POST', path: `v1/${pool.name}:undelete`, body: {} }, 'v1');
  if (row.observed.fields.state === 'disabled')
    await write(
      writer,
      { ...call, method: 'PATCH', query: { updateMask: 'disabled' }, body: { disabled: false } },
      'v1',
    );
}

export async function writeProvider(
  writer: Writer,
  row: SetupRow,
  provider: Of<'provider'>,
  signal?: AbortSignal,
): Promise<void> {
  const call = { api: 'iam', path: `v1/${provider.name}`, signal } as const;
  if (row.sign === '-') {
    await write(writer, { ...call, method: 'DELETE', accept: [404] }, 'v1');
    return;
  }
  const fields = { description: setupMark, attributeCondition: provider.condition };
  if (row.observed.state !== 'present') {
    const body = {
      ...fields,
      displayName: 'GitHub Actions',
      attributeMapping,
      oidc: { issuerUri: provider.issuer },
    };
    const query = { workloadIdentityPoolProviderId: provider.id };
    const path = `v1/${provider.name.replace(/\/[^/]+$/, '')}`;
    await write(writer, { ...call, method: 'POST', path, query, body }, 'v1');
    return;
  }
  if (row.observed.deleted)
    await write(writer, { ...call, method: 'POST', path: `v1/${provider.name}:undelete`, body: {} }, 'v1');
  // Attributes that someone added stay: only grants that name them read them.
  const live = Object.entries(row.observed.fields).flatMap(([field, value]) =>
    field.startsWith(mappingField('')) ? [[field.slice(mappingField('').length), value]] : [],
  );
  const body = {
    ...fields,
    disabled: false,
    attributeMapping: { ...Object.fromEntries(live), ...attributeMapping },
    oidc: { issuerUri: provider.issuer },
  };
  const mask = ['description', 'disabled', 'attributeCondition', 'attributeMapping'];
  const keys = hasPublicKeys(provider.issuer) ? ['oidc.jwksJson'] : [];
  const oidc = ['oidc.issuerUri', 'oidc.allowedAudiences', ...keys];
  await write(
    writer,
    { ...call, method: 'PATCH', query: { updateMask: [...mask, ...oidc].join(',') }, body },
    'v1',
  );
}
