import { type Json, objectOf, textOrEmpty } from '../../domain/data/json.ts';
import { encodeName } from '../../domain/data/resource-name.ts';
import type { PoolProvider } from '../../domain/exposure/facts.ts';
import type { Rest } from '../../http/rest.ts';
import type { ExposureSources } from '../../steps/ports/exposure.ts';
import { reading } from './reading.ts';

function providerOf(value: Json): PoolProvider {
  const raw = objectOf(value);
  const mapping = Object.entries(objectOf(raw.attributeMapping)).map(
    ([name, text]) => [name, textOrEmpty(text)] as const,
  );
  return {
    name: textOrEmpty(raw.name),
    kind:
      raw.oidc !== undefined
        ? 'oidc'
        : raw.aws !== undefined
          ? 'aws'
          : raw.saml !== undefined
            ? 'saml'
            : 'other',
    issuer: textOrEmpty(objectOf(raw.oidc).issuerUri),
    condition: textOrEmpty(raw.attributeCondition),
    mapping: Object.fromEntries(mapping),
    disabled: raw.disabled === true || raw.state === 'DELETED',
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
      return reading(
        rest,
        { api: 'iam', method: 'GET', path, query: { pageSize: 100 }, signal },
        'iam.workloadIdentityPoolProviders.list',
        (body) => {
          const providers = body.workloadIdentityPoolProviders;
          return Array.isArray(providers) ? providers.map(providerOf) : [];
        },
      );
    },
  };
}
