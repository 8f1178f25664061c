import { explainWorkspace } from '../../../azure/explain.ts';
import { directoryPattern, guidPattern } from '../../../azure/names.ts';
import { AzureSession } from '../../../azure/session.ts';
import { ReleaseError } from '../../../domain/errors/errors.ts';
import type { Clock } from '../../../steps/ports/clock.ts';
import type { OutsideLogin } from '../../../steps/ports/outside-login.ts';
import type { ServerLogin } from './login.ts';
import { addedHeaders, type SecretSettings } from './secrets.ts';

export interface AzureSettings extends SecretSettings {
  /** Application id. Undefined: AZURE_CLIENT_ID of the job. */
  client?: string | undefined;
  /** Directory id. Undefined: AZURE_TENANT_ID of the job. */
  directory?: string | undefined;
}

/** The audience of Azure Monitor managed service for Prometheus. */
const scope = 'https://prometheus.monitor.azure.com/.default';

/** Asks an Azure Monitor workspace with a token of Entra. */
export function azureLogin(world: OutsideLogin & { clock: Clock }, settings: AzureSettings): ServerLogin {
  const client = settings.client ?? world.env.AZURE_CLIENT_ID?.trim();
  const tenant = settings.directory ?? world.env.AZURE_TENANT_ID?.trim();
  if (!client || !tenant || !guidPattern.test(client) || !directoryPattern.test(tenant))
    throw new ReleaseError('login-missing', {
      what: 'There is no login to Azure.',
      why:
        client && guidPattern.test(client)
          ? 'Neither prometheus_tenant_id nor AZURE_TENANT_ID names a directory.'
          : 'Neither prometheus_client_id nor AZURE_CLIENT_ID names an app.',
      fix: 'Set prometheus_client_id and prometheus_tenant_id to the ids of an app whose federated credential trusts GitHub.',
    });
  const session = new AzureSession(world, { client, tenant, scope });
  /** A token that the server has refused once is fetched anew, and not more than that. */
  let renewed = false;
  return {
    async headers(_, signal) {
      return { ...addedHeaders(settings), authorization: `Bearer ${await session.token(signal)}` };
    },
    renew({ status }) {
      if (status !== 401 || renewed) return false;
      renewed = true;
      session.renew();
      return true;
    },
    explain: () => explainWorkspace(client),
  };
}
