import type { JsonObject } from '../../domain/data/json.ts';
import { encodeName, shortName } from '../../domain/data/resource-name.ts';
import type { GatewayFact } from '../../domain/exposure/facts.ts';
import type { Rest } from '../../http/rest.ts';
import type { ExposureSources } from '../../steps/ports/exposure.ts';
import { readingList } from './reading.ts';
import { itemsOf, objectsIn, optionalObject, optionalText, requiredText, UnexpectedShape } from './shape.ts';

/** Each gateway costs a call, so more gateways than these count as not read. */
const maxGateways = 20;

/**
 * The operations of an OpenAPI document in YAML or JSON that forward to the function. A document that cannot be read may hide an
 * open operation, so it is an error. The parser is loaded only here, since most projects have no gateway.
 */
async function operationsIn(base64: string, urls: readonly string[]) {
  const { operationsTo } = await import('../../domain/exposure/ways/openapi.ts');
  const operations = operationsTo(Buffer.from(base64, 'base64').toString('utf8'), urls);
  if (operations) return operations;
  throw new UnexpectedShape('The OpenAPI document of a gateway cannot be read as a whole.');
}

/** Reads API gateways and the OpenAPI documents of their configurations (apigateway v1, view FULL). */
export function gateways(rest: Rest): Pick<ExposureSources, 'gateways'> {
  async function factsOf(
    raw: JsonObject,
    urls: readonly string[],
    signal?: AbortSignal,
  ): Promise<GatewayFact[]> {
    const name = requiredText(raw, 'name');
    const config = optionalText(raw, 'apiConfig');
    if (config === undefined) return [];
    const path = `v1/${encodeName(config)}`;
    const { body } = await rest.call({
      api: 'apigateway',
      method: 'GET',
      path,
      query: { view: 'FULL' },
      deadlineMs: 20_000,
      signal,
    });
    requiredText(body, 'name');
    const contents = objectsIn(body, 'openapiDocuments').map((entry) =>
      requiredText(optionalObject(entry, 'document'), 'contents'),
    );
    const operations = (await Promise.all(contents.map((text) => operationsIn(text, urls)))).flat();
    if (operations.length === 0) return [];
    const openOperations = operations.filter(({ open }) => open).map(({ name }) => name);
    return [
      {
        name,
        host: optionalText(raw, 'defaultHostname') ?? '',
        account: shortName(optionalText(body, 'gatewayServiceAccount')),
        openOperations,
        totalOperations: operations.length,
      },
    ];
  }

  return {
    gateways: (project, urls, signal) =>
      readingList(
        rest,
        {
          api: 'apigateway',
          method: 'GET',
          path: `v1/projects/${encodeURIComponent(project)}/locations/-/gateways`,
          signal,
        },
        'apigateway.gateways.list',
        async (page) => {
          const found = itemsOf(page, 'gateways');
          if (found.length > maxGateways)
            throw new UnexpectedShape(`The project has more than ${maxGateways} gateways.`);
          return (await Promise.all(found.map((gateway) => factsOf(gateway, urls, signal)))).flat();
        },
      ),
  };
}
