import { encodeName } from '../../domain/data/resource-name.ts';
import { ReleaseError } from '../../domain/errors/errors.ts';
import type { Unread } from '../../domain/exposure/facts.ts';
import type { Rest, RestCall } from '../../http/rest.ts';
import type { ExposureSources, PolicyPlace } from '../../steps/ports/exposure.ts';
import { reading } from './reading.ts';

/**
 * How to read and write one allow policy. Each API has its own call. The policy is always read at version 3, because a
 * lower version leaves out conditions and an edit would then delete them (cloud.google.com/iam/docs/allow-policies).
 */
interface Access {
  read: Pick<RestCall, 'api' | 'method' | 'path' | 'query' | 'body'>;
  /** Undefined for policies that the guard never writes. */
  write: Pick<RestCall, 'api' | 'path'> | undefined;
  /** The permission that the read needs. */
  permission: string;
}

const version = 3;
const inBody = { options: { requestedPolicyVersion: version } };

function accessOf({ level, resource, generation = 2 }: PolicyPlace): Access {
  const name = encodeName(resource);
  const inQuery = { 'options.requestedPolicyVersion': version };
  switch (level) {
    case 'service':
      return {
        read: { api: 'run', method: 'GET', path: `v2/${name}:getIamPolicy`, query: inQuery },
        write: { api: 'run', path: `v2/${name}:setIamPolicy` },
        permission: 'run.services.getIamPolicy',
      };
    case 'function':
      return {
        read: {
          api: 'cloudfunctions',
          method: 'GET',
          path: `v${generation}/${name}:getIamPolicy`,
          query: inQuery,
        },
        write: { api: 'cloudfunctions', path: `v${generation}/${name}:setIamPolicy` },
        permission: 'cloudfunctions.functions.getIamPolicy',
      };
    case 'project':
    case 'folder':
    case 'organization':
      return {
        read: { api: 'cloudresourcemanager', method: 'POST', path: `v3/${name}:getIamPolicy`, body: inBody },
        write: undefined,
        permission: `resourcemanager.${level}s.getIamPolicy`,
      };
    case 'account':
      // The version goes into the query of this POST, whose body is empty (iam v1 projects.serviceAccounts.getIamPolicy).
      return {
        read: { api: 'iam', method: 'POST', path: `v1/${name}:getIamPolicy`, query: inQuery, body: {} },
        write: undefined,
        permission: 'iam.serviceAccounts.getIamPolicy',
      };
    case 'iap':
      return {
        read: { api: 'iap', method: 'POST', path: `v1/${name}:getIamPolicy`, body: inBody },
        write: undefined,
        permission: 'iap.webServices.getIamPolicy',
      };
    case 'source':
      return {
        read: {
          api: 'storage',
          method: 'GET',
          path: `storage/v1/b/${name}/iam`,
          query: { optionsRequestedPolicyVersion: version },
        },
        write: undefined,
        permission: 'storage.buckets.getIamPolicy',
      };
    case 'images':
      return {
        read: { api: 'artifactregistry', method: 'GET', path: `v1/${name}:getIamPolicy`, query: inQuery },
        write: undefined,
        permission: 'artifactregistry.repositories.getIamPolicy',
      };
  }
}

export function policies(rest: Rest): Pick<ExposureSources, 'policy' | 'setPolicy'> {
  // A release looks several times. An identity that may not read an account the first time may not read it later either.
  const refused = new Map<string, Unread>();
  return {
    async policy(place, signal) {
      const known = place.level === 'account' ? refused.get(place.resource) : undefined;
      if (known) return known;
      const { read, permission } = accessOf(place);
      const answer = await reading(rest, { ...read, retry: 'read', signal }, permission, (body) => body);
      if (place.level === 'account' && !answer.ok && answer.cause === 'denied')
        refused.set(place.resource, answer);
      return answer;
    },

    /** The policy holds an etag, so the write can be repeated: a second write with the same etag is refused. */
    async setPolicy(place, policy, signal) {
      const { write } = accessOf(place);
      if (!write)
        throw new ReleaseError('internal', {
          what: `The guard never writes the policy of ${place.resource}.`,
        });
      const answer = await rest.call({
        ...write,
        method: 'POST',
        body: { policy },
        accept: [409, 412],
        retry: 'repeatable-write',
        deadlineMs: 30_000,
        attemptMs: 10_000,
        signal,
      });
      return answer.status === 409 || answer.status === 412 ? 'conflict' : 'accepted';
    },
  };
}
