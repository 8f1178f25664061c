import { z } from 'zod';
import { countsSchemaFile, product, schemaUrl } from '../product.ts';
import type { CountQuestion } from './question.ts';

const count = z.int().min(0).max(Number.MAX_SAFE_INTEGER);

const answer = z.strictObject({
  until: count.describe(
    'Milliseconds since the epoch until which every request is in these counts. At least COUNT_FROM, at most COUNT_TO. Not the time at which the program ran.',
  ),
  counts: z
    .array(
      z.strictObject({
        revision: z
          .string()
          .optional()
          .describe(
            'A name of COUNT_REVISIONS. Absent if COUNT_REVISIONS is empty: then the counts are those of the whole service.',
          ),
        objective: z
          .string()
          .optional()
          .describe('An id of COUNT_OBJECTIVES. May be absent if there is only one.'),
        total: count.describe('Requests that ended between COUNT_FROM and until.'),
        bad: count.describe('How many of them broke the objective. At most total.'),
      }),
    )
    .max(1000)
    .describe('One entry for each revision and objective that was asked for, zeros included.'),
});

/** The JSON Schema of the line that a program prints. It is draft-07, as the schemas of our other files. */
export function countsJsonSchema(): Record<string, unknown> {
  const { $schema: _, ...schema } = z.toJSONSchema(answer, { target: 'draft-7', io: 'input' });
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    $id: schemaUrl(countsSchemaFile),
    title: `${product}: what a program answers that counts requests`,
    description: 'One line on standard output, for source: command.',
    ...schema,
  };
}

export interface CountedCell {
  /** Empty: the whole service. */
  revision: string;
  objective: string;
  total: number;
  bad: number;
}

export type ReadAnswer = { until: number; cells: CountedCell[]; problem?: never } | { problem: string };

/** Reads what a program printed. Returns the problem as a clause about the program, if the answer is not exactly what was asked for. */
export function readAnswer(printed: Uint8Array, question: CountQuestion): ReadAnswer {
  const line = lineOf(printed);
  if (line.problem !== undefined) return line;
  let value: unknown;
  try {
    value = JSON.parse(line.text);
  } catch {
    const name = /\b(NaN|-?Infinity)\b/.exec(line.text)?.[1];
    return { problem: name ? `printed ${name}, which is not JSON` : 'printed a line that is not JSON' };
  }
  const read = answer.safeParse(value);
  if (!read.success) return { problem: shapeProblem(read.error.issues[0], value) };
  const { until, counts } = read.data;
  const { from, to } = question;
  if (until < from)
    return { problem: `says until ${until}, which is before COUNT_FROM (${from}): it goes back` };
  if (until > to)
    return { problem: `says until ${until}, which is after COUNT_TO (${to}): nobody has seen that time yet` };
  const cells = cellsOf(counts, question);
  if ('problem' in cells) return cells;
  const early = cells.find(({ total }) => total > 0);
  if (until === from && early)
    return { problem: `counts ${early.total} requests, but says that it saw no moment after COUNT_FROM` };
  return { until, cells };
}

type Line = { text: string; problem?: never } | { problem: string };

function lineOf(printed: Uint8Array): Line {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(printed);
  } catch {
    return { problem: 'printed bytes that are not UTF-8' };
  }
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const [first, second] = lines;
  if (first === undefined) return { problem: 'printed nothing on standard output' };
  if (second !== undefined)
    return {
      problem: `printed ${lines.length} lines on standard output, where one is expected (notes belong on standard error)`,
    };
  return { text: first };
}

/** Such as `printed counts[0].bad: expected a whole number that is not negative, found -1`. */
function shapeProblem(issue: z.core.$ZodIssue | undefined, value: unknown): string {
  const path = issue?.path ?? [];
  const place = path
    .map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`))
    .join('')
    .replace(/^\./, '');
  const found = path.reduce<unknown>(
    (inner, key) => (inner as Record<PropertyKey, unknown> | undefined | null)?.[key],
    value,
  );
  const shown = found === undefined ? 'nothing' : JSON.stringify(found).slice(0, 60);
  if (issue?.code === 'unrecognized_keys')
    return `printed ${place ? `${place} with ` : ''}an unknown key ${issue.keys[0]?.slice(0, 60)}`;
  const key = path.at(-1);
  const expected =
    key === 'until' || key === 'total' || key === 'bad'
      ? 'a whole number that is not negative'
      : key === 'counts'
        ? 'a list of at most 1000 entries'
        : key === 'revision' || key === 'objective'
          ? 'a text'
          : 'an object with until and counts';
  return `printed ${place || 'an answer'}: expected ${expected}, found ${shown}`;
}

type Entry = z.output<typeof answer>['counts'][number];

/** Exactly the cells that were asked for, in their order. A missing one is not the number 0. */
function cellsOf(
  entries: readonly Entry[],
  { revisions, objectives }: CountQuestion,
): CountedCell[] | { problem: string } {
  const wanted = (revisions.length > 0 ? revisions : ['']).flatMap((revision) =>
    objectives.map(({ id }) => ({ revision, objective: id })),
  );
  const only = objectives.length === 1 ? objectives[0]?.id : undefined;
  const found = new Map<string, CountedCell>();
  const keyOf = (cell: { revision: string; objective: string }) => `${cell.revision}\n${cell.objective}`;
  for (const [index, { revision = '', objective = only, total, bad }] of entries.entries()) {
    if (objective === undefined)
      return { problem: `printed counts[${index}] without an objective, but several were asked for` };
    const cell = { revision, objective, total, bad };
    if (!wanted.some((one) => keyOf(one) === keyOf(cell)))
      return { problem: `counts ${nameOf(cell)}, which was not asked for` };
    if (found.has(keyOf(cell))) return { problem: `counts ${nameOf(cell)} twice` };
    if (bad > total) return { problem: `counts ${bad} bad requests of ${total} for ${nameOf(cell)}` };
    found.set(keyOf(cell), cell);
  }
  const cells: CountedCell[] = [];
  for (const one of wanted) {
    const cell = found.get(keyOf(one));
    if (!cell)
      return { problem: `does not count ${nameOf(one)}; without a request, total and bad must be 0` };
    cells.push(cell);
  }
  return cells;
}

const nameOf = ({ revision, objective }: { revision: string; objective: string }) =>
  `${revision === '' ? 'the whole service' : revision.slice(0, 80)} (${objective.slice(0, 80)})`;
