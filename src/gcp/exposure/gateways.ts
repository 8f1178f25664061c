import { type JsonObject, listOf, objectOf, textOrEmpty } from '../../domain/data/json.ts';
import { encodeName } from '../../domain/data/resource-name.ts';
import type { GatewayFact } from '../../domain/exposure/facts.ts';
import { operationsTo } from '../../domain/exposure/ways/openapi.ts';
import type { Rest } from '../../http/rest.ts';
import type { ExposureSources } from '../../steps/ports/exposure.ts';
import { reading } from './reading.ts';

/** Each gateway costs a call, so only the first ones are read. */
const maxGateways = 5;

/**
 * Parses an OpenAPI document in YAML or JSON. Undefined if it is neither. A stranger may have written it, so the number
 * of aliases is limited. The parser is loaded only here, since most projects have no gateway.
 */
async function parseDocument(base64: string): Promise<unknown> {
  const { parse } = await import('yaml');
  try {
    const text = Buffer.from(base64, 'base64').toString('utf8');
    return parse(text, { maxAliasCount: 50, merge: false, logLevel: 'silent' });
  } catch {
    return undefined;
  }
}

/** Reads API gateways and the OpenAPI documents of their configurations (apigateway v1, view FULL). */
export function gateways(rest: Rest): Pick<ExposureSources, 'gateways'> {
  async function factsOf(
    raw: JsonObject,
    urls: readonly string[],
    signal?: AbortSignal,
  ): Promise<GatewayFact[]> {
    const config = textOrEmpty(raw.apiConfig);
    if (config === '') return [];
    const path = `v1/${encodeName(config)}`;
    const { body } = await rest.call({
      api: 'apigateway',
      method: 'GET',
      path,
      query: { view: 'FULL' },
      deadlineMs: 20_000,
      signal,
    });
    const contents = listOf(body.openapiDocuments).map((entry) =>
      textOrEmpty(objectOf(objectOf(entry).document).contents),
    );
    const documents = await Promise.all(contents.map(parseDocument));
    const operations = documents.flatMap((document) => operationsTo(document, urls));
    if (operations.length === 0) return [];
    const openOperations = operations.filter(({ open }) => open).map(({ name }) => name);
    return [
      {
        name: textOrEmpty(raw.name),
        host: textOrEmpty(raw.defaultHostname),
        openOperations,
        totalOperations: operations.length,
      },
    ];
  }

  return {
    gateways: (project, urls, signal) =>
      reading(
        rest,
        {
          api: 'apigateway',
          method: 'GET',
          path: `v1/projects/${encodeURIComponent(project)}/locations/-/gateways`,
          signal,
        },
        'apigateway.gateways.list',
        async (body) => {
          const found = listOf(body.gateways)
            .slice(0, maxGateways)
            .map((entry) => factsOf(objectOf(entry), urls, signal));
          return (await Promise.all(found)).flat();
        },
      ),
  };
}
