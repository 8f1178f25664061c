import { objectOf, textOf } from '../../domain/data/json.ts';
import { encodeName, functionPath, likelyService, servicePath } from '../../domain/data/resource-name.ts';
import { ReleaseError } from '../../domain/errors/errors.ts';
import type { Observed } from '../../domain/setup/observed.ts';
import type { SetupRow } from '../../domain/setup/plan.ts';
import type { Kind, Resource } from '../../domain/setup/resource.ts';
import type { Rest } from '../../http/rest.ts';
import type { Clock } from '../../steps/ports/clock.ts';
import type { ProjectFacts, SetupPlace } from '../../steps/setup/ports.ts';
import { reading } from '../exposure/reading.ts';
import { observeAccount, ownAccounts, writeAccount } from './accounts.ts';
import { enableApis, observeApi, projectNumber } from './apis.ts';
import { bucketsOf, observeGrant, writeGrants } from './policies.ts';
import { observePool, observeProvider, writePool, writeProvider } from './pools.ts';
import { observeRole, writeRole } from './roles.ts';
import { SharedReads } from './shared-reads.ts';

const kinds: readonly Kind[] = ['api', 'pool', 'provider', 'role', 'account', 'grant'];

/** Everything of a set-up that is in Google Cloud. */
export function createSetupCloud(rest: Rest, clock: Clock, project: string): SetupPlace {
  const shared = new SharedReads(rest);
  const writer = { rest, clock };
  return {
    kinds,
    begin: () => shared.forget(),
    observe(resource: Resource, signal?: AbortSignal): Promise<Observed> {
      switch (resource.kind) {
        case 'api':
          return observeApi(rest, project, resource.service, signal);
        case 'pool':
          return observePool(rest, resource, signal);
        case 'provider':
          return observeProvider(rest, resource, signal);
        case 'role':
          return observeRole(rest, resource, signal);
        case 'account':
          return observeAccount(rest, project, resource, signal);
        case 'grant':
          return observeGrant(shared, project, resource, signal);
        default:
          throw new Error(`${resource.kind} is not in Google Cloud.`);
      }
    },
    async write(rows: readonly SetupRow[], signal?: AbortSignal): Promise<void> {
      const [row] = rows;
      const resource = row?.resource;
      switch (resource?.kind) {
        case 'api': {
          const services = rows.flatMap((one) => (one.resource.kind === 'api' ? [one.resource.service] : []));
          return enableApis(writer, project, services, signal);
        }
        case 'pool':
          return writePool(writer, row as SetupRow, resource, signal);
        case 'provider':
          return writeProvider(writer, row as SetupRow, resource, signal);
        case 'role':
          return writeRole(writer, row as SetupRow, resource, signal);
        case 'account':
          return writeAccount(writer, project, row as SetupRow, resource, signal);
        default:
          return writeGrants(writer, project, rows, signal);
      }
    },
  };
}

/** The facts that decide what has to be there. */
export function createProjectFacts(rest: Rest): ProjectFacts {
  return {
    async number(project, signal) {
      const number = await projectNumber(rest, project, signal);
      if (number === undefined)
        throw new ReleaseError('response-malformed', {
          what: `Google did not name the number of the project ${project}.`,
        });
      return number;
    },
    async service(project, region, name, signal) {
      const place = { project, region, name };
      const likely = servicePath({ ...place, name: likelyService(name) });
      const get = (api: 'cloudfunctions' | 'run', path: string, permission: string) =>
        reading(
          rest,
          { api, method: 'GET', path: `v2/${encodeName(path)}`, signal },
          permission,
          (body) => body,
        );
      const made = await get('cloudfunctions', functionPath(place), 'cloudfunctions.functions.get');
      const named = made.ok ? textOf(objectOf(made.value.serviceConfig).service) : undefined;
      const service = named ?? likely;
      const found = await get('run', service, 'run.services.get');
      const account = found.ok ? textOf(objectOf(found.value.template).serviceAccount) : undefined;
      return { service, exists: found.ok, account };
    },
    ownAccounts: (project, signal) => ownAccounts(rest, project, signal),
    bucketsOf: (project, members, signal) => bucketsOf(rest, project, members, signal),
  };
}
