import { type JsonObject, listOf, objectOf, textOf, textOrEmpty } from '../../domain/data/json.ts';
import { ReleaseError } from '../../domain/errors/errors.ts';
import type { Rest } from '../../http/rest.ts';
import type { Balancers } from '../../steps/ports/balancers.ts';
import type { Clock } from '../../steps/ports/clock.ts';

const operationMs = 120_000;
const mostWaits = 200;
const namePattern = /^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/;

/** Global backend services of Compute Engine, and the regional groups that they name (compute v1). */
export function createBalancers(rest: Rest, { sleep }: Pick<Clock, 'sleep'>): Balancers {
  const base = (project: string) => `compute/v1/projects/${encodeURIComponent(project)}/global`;
  const pathOf = (project: string, name: string) => {
    if (!namePattern.test(name))
      throw new ReleaseError('internal', {
        what: `"${name.slice(0, 80)}" is not the name of a backend service.`,
      });
    return `${base(project)}/backendServices/${name}`;
  };
  const get = async (path: string, signal?: AbortSignal) => {
    const { status, body } = await rest.call({ api: 'compute', method: 'GET', path, accept: [404], signal });
    return status === 404 ? undefined : body;
  };

  /** Compute Engine answers a write with an operation, which its own method waits for. */
  async function waitFor(project: string, operation: JsonObject, signal?: AbortSignal): Promise<void> {
    let now = operation;
    const name = textOrEmpty(operation.name);
    for (let waits = 0; now.status !== 'DONE'; waits++) {
      if (!/^[\w-]{1,200}$/.test(name) || waits === mostWaits)
        throw new ReleaseError('deadline-exceeded', {
          what: 'The change of the backend service did not end in time.',
        });
      await sleep(500, signal);
      const { body } = await rest.call({
        ...{ api: 'compute', method: 'POST', path: `${base(project)}/operations/${name}/wait` },
        ...{ retry: 'read', attemptMs: 130_000, deadlineMs: operationMs },
        signal,
      });
      now = body;
    }
    const [error] = listOf(objectOf(now.error).errors).map(objectOf);
    if (error)
      throw new ReleaseError('remote-error', {
        what: `Compute Engine did not change the backend service: ${textOf(error.message) ?? textOrEmpty(error.code)}.`,
      });
  }

  return {
    read: (project, name, signal) => get(pathOf(project, name), signal),

    async group(url, signal) {
      const [path] =
        /projects\/[a-z0-9:.-]+\/regions\/[a-z0-9-]+\/networkEndpointGroups\/[a-z0-9-]+$/.exec(url) ?? [];
      return path === undefined ? undefined : get(`compute/v1/${path}`, signal);
    },

    async write(project, name, change, fingerprint, signal) {
      const { status, body } = await rest.call({
        ...{ api: 'compute', method: 'PATCH', path: pathOf(project, name) },
        body: { ...change, fingerprint },
        accept: [412],
        // The fingerprint makes it safe to repeat.
        retry: 'repeatable-write',
        signal,
      });
      if (status === 412) return 'changed';
      await waitFor(project, body, signal);
      return 'done';
    },
  };
}
