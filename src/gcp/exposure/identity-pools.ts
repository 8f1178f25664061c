import type { JsonObject } from '../../domain/data/json.ts';
import { encodeName } from '../../domain/data/resource-name.ts';
import type { PoolProvider } from '../../domain/exposure/facts.ts';
import type { Rest } from '../../http/rest.ts';
import type { ExposureSources } from '../../steps/ports/exposure.ts';
import { readingList } from './reading.ts';
import { itemsOf, optionalFlag, optionalObject, optionalText, requiredText } from './shape.ts';

function providerOf(raw: JsonObject): PoolProvider {
  const mapping = optionalObject(raw, 'attributeMapping');
  const texts = Object.keys(mapping).map((name) => [name, optionalText(mapping, name) ?? ''] as const);
  const kind = (['oidc', 'aws', 'saml'] as const).find((name) => raw[name] !== undefined) ?? 'other';
  return {
    name: requiredText(raw, 'name'),
    kind,
    issuer: optionalText(optionalObject(raw, 'oidc'), 'issuerUri') ?? '',
    condition: optionalText(raw, 'attributeCondition') ?? '',
    mapping: Object.fromEntries(texts),
    disabled: optionalFlag(raw, 'disabled') || raw.state === 'DELETED',
  };
}

const poolForm = /^projects\/[^/]+\/locations\/global\/workloadIdentityPools\/[^/]+$/i;

/** Reads the providers of a workload identity pool (iam v1 projects.locations.workloadIdentityPools.providers). */
export function identityPools(rest: Rest): Pick<ExposureSources, 'poolProviders'> {
  return {
    poolProviders: async (pool, signal) => {
      const path = `v1/${encodeName(pool)}/providers`;
      if (!poolForm.test(pool))
        return {
          ok: false,
          call: `GET iam/${path}`,
          cause: 'failed',
          detail: 'This is not the name of a pool.',
        };
      return readingList(
        rest,
        { api: 'iam', method: 'GET', path, query: { pageSize: 100 }, signal },
        'iam.workloadIdentityPoolProviders.list',
        (page) => itemsOf(page, 'workloadIdentityPoolProviders').map(providerOf),
      );
    },
  };
}
