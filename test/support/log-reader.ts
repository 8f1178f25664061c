import { createLogging } from '../../src/sli/logs/source.ts';
import { fakeRest, type Reply } from './fake-rest.ts';
import { VirtualClock } from './virtual-clock.ts';

export const start = Date.UTC(2026, 10, 22, 12);
export const objectives = [
  { id: 'availability', kind: 'availability' },
  { id: 'latency', kind: 'latency', slowerThanMs: 1000 },
] as const;
export const iso = (at: number) => new Date(at).toISOString();

/** A request as its log entry describes it. Every field has a default. */
export interface Seen {
  id?: string;
  at?: number;
  lag?: number;
  revision?: string;
  status?: unknown;
  latency?: unknown;
  agent?: string;
  url?: string;
  method?: string;
  text?: string;
}
let serial = 0;
/** A log entry of Cloud Run. */
export const entry = ({
  id = `e${serial++}`,
  at = 5,
  lag = 2,
  revision = 'new',
  status = 200,
  latency = '0.2s',
  agent = 'curl/8',
  url = 'https://ocr.run.app/',
  method = 'POST',
  text,
}: Seen = {}) => ({
  insertId: id,
  timestamp: iso(start + at * 1000),
  receiveTimestamp: iso(start + (at + lag) * 1000),
  resource: { labels: { revision_name: revision } },
  httpRequest: { status, latency, userAgent: agent, requestMethod: method, requestUrl: url },
  ...(text ? { textPayload: text } : {}),
});

/** Opens the logs as a source whose API answers with the result of a function. */
export function reader(
  answer: (call: { body: { filter: string; pageToken?: string } }, n: number) => Reply,
  extra: object = {},
  query: object = {},
) {
  const clock = new VirtualClock(start);
  let n = 0;
  const { rest, calls } = fakeRest((call) => answer(call as never, n++));
  const source = createLogging({ rest, clock, projectId: 'p', region: 'r', ...extra });
  const open = source.open({ service: 'ocr', revisions: ['new', 'old'], objectives, since: start, ...query });
  return {
    open,
    clock,
    calls,
    source,
    filters: () => calls.map(({ body }) => (body as { filter: string }).filter),
  };
}
/** The counts of the availability as [revision, total, bad, span]. */
export const availability = (
  counts: readonly { objective: string; revision: string; total: number; bad: number; span: number }[],
) =>
  counts
    .filter(({ objective }) => objective === 'availability')
    .map(({ revision, total, bad, span }) => [revision, total, bad, span]);
