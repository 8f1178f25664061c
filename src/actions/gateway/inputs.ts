import { likelyService, servicePath } from '../../domain/data/resource-name.ts';
import type { LoginRequest } from '../../domain/login/request.ts';
import type { Inputs } from '../../inputs/table.ts';
import type { Context } from '../../runner/context.ts';
import type { GatewayRequest } from '../../steps/gateway/ports.ts';
import { readLogin } from '../login/inputs.ts';

/** What both actions ask about the gateway: without its place, its mode and its document's text. */
export type AskedGateway = Omit<
  GatewayRequest,
  'mode' | 'project' | 'region' | 'service' | 'signal' | 'text'
>;

type Shared = Pick<
  Inputs<'gateway'>,
  'api' | 'gateway' | 'backend_service_account' | 'api_key' | 'probe' | 'gateway_timeout' | 'keep_configs'
>;

export const askedGateway = (file: string, values: Shared): AskedGateway => ({
  file,
  api: values.api,
  gateway: values.gateway ?? values.api,
  account: values.backend_service_account,
  apiKey: values.api_key,
  probe: values.probe,
  timeoutMs: values.gateway_timeout * 1000,
  paceMs: 2000,
  keep: values.keep_configs,
});

export interface GatewayInputs {
  /** Undefined: the document alone is judged. */
  login: LoginRequest | undefined;
  request: Omit<GatewayRequest, 'project' | 'service' | 'signal' | 'text'>;
  /** The service of the function that the gateway stands in front of. */
  service: (project: string) => string | undefined;
}

/** All inputs of `gateway`. Notes problems; `inputs.done()` reports them at once. */
export function readGateway({
  inputs,
  env,
  localLogin,
}: Pick<Context, 'inputs' | 'env' | 'localLogin'>): GatewayInputs {
  const values = inputs.of('gateway');
  const isOffline = values.api === undefined && values.gateway === undefined;
  if (values.api === undefined && !isOffline) inputs.missing('api');
  if (isOffline && values.mode !== 'plan') inputs.missing('api');
  if (values.mode === 'apply' && values.backend_service_account === undefined)
    inputs.missing('backend_service_account');
  const login = readLogin({ inputs, env, localLogin }, values, { optional: isOffline });
  const { name, region } = values;
  return {
    login: isOffline ? undefined : login,
    request: { ...askedGateway(values.openapi, values), mode: values.mode, region },
    service: (project) =>
      name === undefined ? undefined : servicePath({ project, region, name: likelyService(name) }),
  };
}
