import { type JsonObject, listOf, objectOf, textOf, valueAt } from '../../../domain/data/json.ts';
import { needed } from '../google.ts';
import type { Mark } from '../memory.ts';
import type { Ask } from '../ports.ts';
import type { Scene } from '../scene.ts';

/** Reads the entries of the calls, and compares them with what was sent. */
export async function logs(scene: Scene): Promise<void> {
  const { memory } = scene.stage;
  const { entries, complete } = await collected(scene);
  const of = (mark: Mark | undefined) => (mark ? (entries.get(mark.mark) ?? []) : []);
  const find = (what: string) => memory.marks.find(({ mark }) => mark.endsWith(`-${what}`));
  note(scene, entries);
  const [none, bad, own] = [of(find('none')), of(find('bad')), of(find('own'))];
  refused(scene, [...none, ...bad], own);
  const slow = memory.marks.filter(({ mark }) => /-slow-\d$/.test(mark)).at(-1);
  timestamps(scene, slow, of(slow)[0], scene.stage.pace.slowMs);
  hangUp(scene, of(find('hang'))[0]);
  crowd(scene, of(find('crowd')));
  closedDoor(scene, of(memory.closed), complete);
}

function closedDoor(scene: Scene, entries: readonly JsonObject[], complete: boolean): void {
  const { closed } = scene.stage.memory;
  const seen = {
    answer: closed?.answer.status,
    entries: entries.length,
    status: entries.map(statusOf),
  };
  const logged = entries.some(
    (entry) => /^40[34]$/.test(statusOf(entry)) && textOf(entry.textPayload) !== undefined,
  );
  if (closed === undefined || (closed.answer.status !== 404 && closed.answer.status !== 403))
    scene.leave('ingressRefusalIsLogged', 'Ingress refused no call.', seen);
  else if (logged || complete) scene.settle('ingressRefusalIsLogged', logged, seen);
  else scene.leave('ingressRefusalIsLogged', 'The log was not complete in time.', seen);
}

type Entries = Map<string, JsonObject[]>;
const statusOf = (entry: JsonObject) => String(valueAt(entry, 'httpRequest.status') ?? '');
const revisionOf = (entry: JsonObject) => textOf(valueAt(entry, 'resource.labels.revision_name'));

interface Collected {
  entries: Entries;
  /** Every call but the one that ingress refused has its entry, so that one would be there too. */
  complete: boolean;
}

/** Reads until every call but the one that ingress refused has its entry, and a while longer for that one. */
async function collected(scene: Scene): Promise<Collected> {
  const { memory, pace, clock } = scene.stage;
  const wanted = new Map<string, number>();
  for (const { mark } of memory.marks) wanted.set(mark, (wanted.get(mark) ?? 0) + 1);
  const end = clock.steady() + pace.patienceMs;
  let since: number | undefined;
  return scene.until(async () => {
    const entries = await read(scene);
    const complete = [...wanted].every(([mark, count]) => (entries.get(mark)?.length ?? 0) >= count);
    const now = clock.steady();
    if (!complete) return now >= end ? { entries, complete } : undefined;
    since ??= now;
    const closed = memory.closed === undefined || entries.has(memory.closed.mark);
    return closed || now - since >= pace.graceMs ? { entries, complete } : undefined;
  }, pace.logsMs);
}

async function read(scene: Scene): Promise<Entries> {
  const { project, names, memory } = scene.stage;
  const since = Math.min(
    ...[...memory.marks, ...(memory.closed ? [memory.closed] : [])].map(({ sentAt }) => sentAt),
  );
  const call: Ask = {
    api: 'logging',
    method: 'POST',
    path: 'v2/entries:list',
    body: {
      resourceNames: [`projects/${project}`],
      filter: [
        'resource.type="cloud_run_revision"',
        `resource.labels.service_name="${names.functionId}"`,
        `logName="projects/${project}/logs/run.googleapis.com%2Frequests"`,
        `timestamp>="${new Date(since - 60_000).toISOString()}"`,
      ].join(' '),
      pageSize: 1000,
    },
    repeatable: true,
  };
  const body = needed(call, await scene.look(call));
  const found: Entries = new Map();
  for (const entry of listOf(body.entries).map(objectOf)) {
    const mark = /[?&]mark=([\w-]+)/.exec(textOf(valueAt(entry, 'httpRequest.requestUrl')) ?? '')?.[1];
    if (mark !== undefined) found.set(mark, [...(found.get(mark) ?? []), entry]);
  }
  return found;
}

const shown = [
  ...['timestamp', 'receiveTimestamp', 'severity', 'textPayload', 'labels', 'resource.labels.revision_name'],
  // Not the whole request: it has the address of the caller.
  ...['httpRequest.status', 'httpRequest.latency', 'httpRequest.requestUrl'],
];

/** One entry of each kind is evidence for all. */
function note(scene: Scene, entries: Entries): void {
  for (const [mark, [entry = {}, ...more]] of entries) {
    const kept = shown.map((path) => [path, valueAt(entry, path)] as const);
    scene.note({
      call: `entry of ${mark}${more.length > 0 ? ` and ${more.length} more` : ''}`,
      status: Number(statusOf(entry)),
      answer: Object.fromEntries(kept.filter(([, value]) => value !== undefined)),
    });
  }
}

function refused(scene: Scene, refusals: readonly JsonObject[], own: readonly JsonObject[]): void {
  if (refusals.length === 0 || own.length === 0) {
    for (const belief of ['refusedHasRevision', 'refusedIsWarning'] as const)
      scene.leave(belief, 'The calls have no entries.');
    return;
  }
  const revisions = refusals.map((entry) => revisionOf(entry) ?? null);
  const texts = refusals.filter((entry) => textOf(entry.textPayload) !== undefined).length;
  const ownTexts = own.filter((entry) => textOf(entry.textPayload) !== undefined).length;
  const holds = !revisions.includes(null) && texts === refusals.length && ownTexts === 0;
  scene.settle('refusedHasRevision', holds, {
    'revisions of the refused': revisions,
    'with a text': `${texts} of ${refusals.length}`,
    "the function's own answers with a text": ownTexts,
  });
  const severities = refusals.map((entry) => textOf(entry.severity) ?? null);
  const instances = refusals.filter(
    (entry) => textOf(valueAt(entry, 'labels.instanceId')) !== undefined,
  ).length;
  scene.settle('refusedIsWarning', severities.every((word) => word === 'WARNING') && instances === 0, {
    severities,
    'with an instance': instances,
  });
}

/** The start of a call that took less than twice `slowMs` lies in its first half, and the end in its second. */
function timestamps(
  scene: Scene,
  mark: Mark | undefined,
  entry: JsonObject | undefined,
  slowMs: number,
): void {
  const at = Date.parse(textOf(entry?.timestamp) ?? '');
  if (!mark || Number.isNaN(at)) {
    scene.leave('logTimestampIsStart', 'The slow call has no entry.');
    return;
  }
  const spent = mark.doneAt - mark.sentAt;
  const after = at + ahead(mark) - mark.sentAt;
  const seen = {
    'milliseconds from sending to the timestamp': after,
    'milliseconds from sending to the answer': spent,
    latency: valueAt(objectOf(entry), 'httpRequest.latency'),
  };
  if (spent < 2 * slowMs) scene.settle('logTimestampIsStart', after < spent / 2, seen);
  else scene.leave('logTimestampIsStart', 'The call spent more time on its way than in the function.', seen);
}

function hangUp(scene: Scene, entry: JsonObject | undefined): void {
  const status = entry && statusOf(entry);
  if (status === undefined) scene.leave('hangUpIs499', 'The call has no entry.');
  else scene.settle('hangUpIs499', status === '499', { status });
}

function crowd(scene: Scene, entries: readonly JsonObject[]): void {
  const exhausted = entries.filter((entry) => statusOf(entry) === '429');
  const named = exhausted.filter((entry) => revisionOf(entry) !== undefined).length;
  if (exhausted.length > 0)
    scene.settle('exhausted429HasRevision', named === exhausted.length, {
      'entries with 429': exhausted.length,
      'with a revision': named,
    });
  else
    scene.leave('exhausted429HasRevision', 'None of the 20 calls got 429.', {
      statuses: entries.map(statusOf),
    });
}

/** Milliseconds by which this machine is ahead of Google, by the answer's Date, which has whole seconds. */
function ahead({ answer, doneAt }: Mark): number {
  const by = doneAt - (Date.parse(answer.headers.date ?? '') + 500);
  return Math.abs(by) > 1500 ? by : 0;
}
