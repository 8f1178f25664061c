import type { JsonObject } from '../../domain/data/json.ts';
import { encodeName, locationPath } from '../../domain/data/resource-name.ts';
import { ReleaseError } from '../../domain/errors/errors.ts';
import { logsPage } from '../../domain/logs/query.ts';
import {
  mostEntries,
  tailConditions,
  tailFields,
  tailFilter,
  tailLines,
} from '../../domain/pipeline/tail.ts';
import type { Rest } from '../../http/rest.ts';
import type { Pipelines } from '../../steps/pipeline/ports.ts';
import type { LogEntries } from '../../steps/ports/log-entries.ts';
import { jobFactOf } from './job-fact.ts';

export interface VertexOptions {
  rest: Rest;
  entries: LogEntries;
  project: string;
  region: string;
  /** The body of a job, and the id of the nth. Undefined if the run only waits. */
  job: { body: JsonObject; id: (nth: number) => string } | undefined;
  /** Whether messages of the log may be shown. */
  text: boolean;
  redact: (text: string) => string;
}

/** One answer holds every task, with what each has written down about its artefacts. */
const mostBytes = 32 * 1024 * 1024;

/** projects.locations.pipelineJobs of aiplatform v1. A job is no long-running operation: it is read until it has ended. */
export function createVertexPipelines(options: VertexOptions): Pipelines {
  const { rest, entries, project, region, job, text, redact } = options;
  const parent = locationPath(project, region);
  const call = {
    api: 'aiplatform',
    region,
    attemptMs: 20_000,
    deadlineMs: 60_000,
    maxBytes: mostBytes,
  } as const;

  async function get(name: string, signal: AbortSignal): Promise<JsonObject | undefined> {
    const path = `v1/${encodeName(name)}`;
    const answer = await rest.call<JsonObject>({ ...call, method: 'GET', path, accept: [404], signal });
    return answer.status === 404 ? undefined : answer.body;
  }

  return {
    async open(nth, signal) {
      if (!job) throw new ReleaseError('internal', { what: 'A run that only waits was to submit a job.' });
      const id = job.id(nth);
      const name = `${parent}/pipelineJobs/${id}`;
      if (await get(name, signal)) return { name, joined: true };
      const { status } = await rest.call({
        ...call,
        method: 'POST',
        path: `v1/${encodeName(parent)}/pipelineJobs`,
        query: { pipelineJobId: id },
        body: job.body,
        // A job of this id exists once at most. 409 says that an answer was lost, or that another start was faster.
        accept: [409],
        retry: 'repeatable-write',
        signal,
      });
      return { name, joined: status === 409 };
    },
    async read(name, signal) {
      const body = await get(name, signal);
      return body && jobFactOf(body);
    },
    async cancel(name, signal) {
      await rest.call({
        ...call,
        method: 'POST',
        path: `v1/${encodeName(name)}:cancel`,
        body: {},
        // What has ended cannot be cancelled, and that is no failure.
        accept: [400],
        retry: 'repeatable-write',
        deadlineMs: 5000,
        attemptMs: 5000,
        signal,
      });
    },
    async tail({ worker }, signal) {
      const filter = worker === undefined ? undefined : tailFilter(worker);
      if (filter === undefined) return undefined;
      const asked = { filter, fields: tailFields, most: mostEntries, deadlineMs: 5000 };
      const found = await entries.newest(project, asked, signal);
      return {
        lines: tailLines(found.entries, { text, redact }),
        page: logsPage(project, tailConditions(filter)),
      };
    },
  };
}
