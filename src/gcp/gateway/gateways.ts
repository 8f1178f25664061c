import {
  type JsonObject,
  listOf,
  objectOf,
  textMapOf,
  textOf,
  textOrEmpty,
  textsOf,
} from '../../domain/data/json.ts';
import { encodeName } from '../../domain/data/resource-name.ts';
import { ReleaseError } from '../../domain/errors/errors.ts';
import { diagnosticsIn } from '../../domain/gateway/google-refusal.ts';
import { RemoteError } from '../../http/remote-error.ts';
import type { Rest, RestCall } from '../../http/rest.ts';
import type { ConfigFact, GatewayFact, Gateways, OperationFact } from '../../steps/gateway/ports.ts';

/** API Gateway v1 (discovery document apigateway v1). Of a configuration only labels change, and a gateway has no etag. */
const maxPages = 20;

export function createGateways(rest: Rest): Gateways {
  const times = { attemptMs: 15_000, deadlineMs: 60_000 };
  const path = (name: string) => `v1/${encodeName(name)}`;

  async function read(call: Omit<RestCall, 'method'>): Promise<JsonObject | undefined> {
    const answer = await rest.call({ ...times, ...call, method: 'GET', accept: [404] });
    return answer.status === 404 ? undefined : answer.body;
  }

  /** A write whose answer was lost may have taken effect. `409` then says so, and the caller looks. */
  async function create(
    parent: string,
    kind: string,
    query: Record<string, string>,
    body: unknown,
    signal?: AbortSignal,
  ) {
    const answer = await rest.call({
      ...times,
      api: 'apigateway',
      method: 'POST',
      path: `${path(parent)}/${kind}`,
      query,
      body,
      accept: [409],
      retry: 'repeatable-write',
      signal,
    });
    return answer.status === 409 ? undefined : nameIn(answer.body);
  }

  /** The body names the whole of the one field that changes, so to repeat it changes nothing. Who calls it looks what came of it. */
  async function update(name: string, change: object, signal?: AbortSignal): Promise<string> {
    const { body } = await rest.call({
      ...times,
      api: 'apigateway',
      method: 'PATCH',
      path: path(name),
      query: { updateMask: Object.keys(change).join(',') },
      body: { name, ...change },
      retry: 'write',
      signal,
    });
    return nameIn(body);
  }

  async function pages(call: Pick<RestCall, 'path' | 'signal'>, field: string) {
    const found: JsonObject[] = [];
    let pageToken: string | undefined;
    let isWhole = true;
    for (let page = 0; page < maxPages; page++) {
      const { body } = await rest.call({
        ...times,
        ...call,
        api: 'apigateway',
        method: 'GET',
        query: { pageSize: 200, pageToken },
      });
      found.push(...listOf(body[field]).map(objectOf));
      // The API names what it could not reach in either of two fields.
      if (textsOf(body.unreachable).length > 0 || textsOf(body.unreachableLocations).length > 0)
        isWhole = false;
      pageToken = textOf(body.nextPageToken);
      if (pageToken === undefined) return { found, isWhole };
    }
    return { found, isWhole: false };
  }

  return {
    async gateway(name, signal) {
      const body = await read({ api: 'apigateway', path: path(name), signal });
      return body && gatewayOf(body);
    },
    async api(name, signal) {
      const body = await read({ api: 'apigateway', path: path(name), signal });
      return body && { managedService: textOrEmpty(body.managedService) };
    },
    async config(name, signal) {
      const body = await read({ api: 'apigateway', path: path(name), query: { view: 'FULL' }, signal });
      return body && configOf(body);
    },
    async configs(api, signal) {
      const { found } = await pages({ path: `${path(api)}/configs`, signal }, 'apiConfigs');
      return found.map(configOf);
    },
    async all(project, signal) {
      const call = { path: `v1/projects/${encodeURIComponent(project)}/locations/-/gateways`, signal };
      const { found, isWhole } = await pages(call, 'gateways');
      return isWhole ? found.map(gatewayOf) : undefined;
    },
    async isEnabled(project, service, signal) {
      const call = `v1/projects/${encodeURIComponent(project)}/services/${encodeURIComponent(service)}`;
      try {
        const body = await read({ api: 'serviceusage', path: call, signal });
        return body === undefined ? false : body.state === 'ENABLED';
      } catch (error) {
        if (error instanceof RemoteError && error.status === 403) return undefined;
        throw error;
      }
    },
    createApi: (name, signal) => create(parentOf(name), 'apis', { apiId: lastOf(name) }, {}, signal),
    createConfig: (name, { account, file, document, labels }, signal) =>
      create(
        parentOf(name),
        'configs',
        { apiConfigId: lastOf(name) },
        {
          gatewayServiceAccount: account,
          labels,
          openapiDocuments: [
            { document: { path: file, contents: Buffer.from(document, 'utf8').toString('base64') } },
          ],
        },
        signal,
      ),
    createGateway: (name, apiConfig, signal) =>
      create(parentOf(name), 'gateways', { gatewayId: lastOf(name) }, { apiConfig }, signal),
    move: (name, apiConfig, signal) => update(name, { apiConfig }, signal),
    label: (name, labels, signal) => update(name, { labels }, signal),
    async deleteConfig(name, signal) {
      await rest.call({
        ...times,
        api: 'apigateway',
        method: 'DELETE',
        path: path(name),
        accept: [404],
        retry: 'repeatable-write',
        signal,
      });
    },
    async operation(name, signal) {
      const body = await read({ api: 'apigateway', path: path(name), signal });
      return body && operationOf(body);
    },
    async service(name, signal) {
      const body = await read({ api: 'run', path: `v2/${encodeName(name)}`, signal });
      if (!body) return undefined;
      const seconds = /^(\d+(?:\.\d+)?)s$/.exec(textOrEmpty(objectOf(body.template).timeout))?.[1];
      return {
        urls: [...new Set([...textsOf(body.urls), ...(textOf(body.uri) ? [textOrEmpty(body.uri)] : [])])],
        audiences: textsOf(body.customAudiences),
        timeoutSeconds: seconds === undefined ? undefined : Number(seconds),
      };
    },
  };
}

const lastOf = (name: string): string => name.slice(name.lastIndexOf('/') + 1);
/** `projects/P/locations/L/gateways/G` as `projects/P/locations/L`. */
const parentOf = (name: string): string => name.split('/').slice(0, -2).join('/');

function nameIn(body: JsonObject): string {
  const name = textOf(body.name);
  if (name !== undefined && /^projects\/[^/]+\/locations\/[^/]+\/operations\/[^/]+$/.test(name)) return name;
  throw new ReleaseError('response-malformed', {
    what: 'API Gateway answered a change without its operation.',
  });
}

const gatewayOf = (body: JsonObject): GatewayFact => ({
  name: textOrEmpty(body.name),
  config: textOrEmpty(body.apiConfig),
  host: textOrEmpty(body.defaultHostname),
  state: textOrEmpty(body.state),
});

const configOf = (body: JsonObject): ConfigFact => ({
  name: textOrEmpty(body.name),
  state: textOrEmpty(body.state),
  createTime: textOrEmpty(body.createTime),
  labels: textMapOf(body.labels),
  account: textOrEmpty(body.gatewayServiceAccount).replace(/^projects\/[^/]+\/serviceAccounts\//, ''),
  documents: listOf(body.openapiDocuments).map((entry) =>
    Buffer.from(textOrEmpty(objectOf(objectOf(entry).document).contents), 'base64').toString('utf8'),
  ),
});

function operationOf(body: JsonObject): OperationFact {
  if (body.done !== true) return { done: false };
  const error = objectOf(body.error);
  if (Object.keys(error).length === 0) return { done: true };
  const message = textOrEmpty(error.message);
  const listed = listOf(objectOf(body.metadata).diagnostics)
    .map(objectOf)
    .map((one) => ({ location: textOrEmpty(one.location), message: textOrEmpty(one.message) }));
  return {
    done: true,
    error: {
      code: typeof error.code === 'number' ? error.code : undefined,
      message,
      diagnostics: listed.length > 0 ? listed.slice(0, 50) : diagnosticsIn(message),
    },
  };
}
