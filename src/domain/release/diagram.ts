import { begin, type Event, events, next, type Phase, phaseActions, phases, table } from './machine.ts';

/** Writes docs/release/rollout.md: a diagram of the state machine and its whole table, both made from the table itself. */

const eventWords: Record<Event, string> = {
  passed: 'The phase did its work.',
  unchanged: 'The code and settings to release already serve.',
  refused:
    'A rule forbids the release: a later stage lacks something, a window of `freeze` or an alert is open, the budget is spent, another tool split the traffic, or this code failed before.',
  yielded: 'Another release of this function is under way.',
  exposed: 'The function is or was reachable without a token.',
  smoke_failed: 'The smoke test failed.',
  regressed: 'The watch found that the candidate burns the error budget.',
  undecided: 'The watch ended without a decision, and the policy is to hold.',
  moved: 'Another tool or person moved the traffic.',
  unclear:
    'A new revision has the traffic, and whether the build of this release or another deploy took it cannot be known.',
  before_gone: 'The revision to go back to is gone or not ready.',
  called_back: 'Another region of the same release failed.',
  cancelled: 'A person or the runner sent a signal.',
  failed: 'A call failed, so something could not be done or read.',
};

const cellWords: Record<string, string> = {
  next: '→ next',
  again: 'stays',
  back: '→ `reverting`',
  'by-cause': '→ outcome of the cause',
  error: '→ ended, an error',
};

const cellText = (phase: Phase, event: Event) => {
  const cell = table[phase][event];
  if (cell === 'next') return `→ \`${nextName(phase)}\``;
  return cellWords[cell] ?? `→ **${cell}**`;
};

function nextName(phase: Phase): string {
  const state = next({ ...begin([5, 100]), phase }, 'passed');
  return state.phase === 'ended' ? (state.outcome ?? 'ended') : state.phase;
}

const groups: { id: string; title: string; members: readonly Phase[] }[] = [
  { id: 'untouched', title: 'Nothing changed yet', members: ['preflight', 'gate', 'reading', 'guarding'] },
  {
    id: 'under_way',
    title: 'Under way',
    members: ['pinning', 'building', 'checking', 'tagging', 'smoking', 'canary', 'full', 'finishing'],
  },
  { id: 'going_back', title: 'Going back', members: ['reverting'] },
];

/** Where a cell leads in the drawing. Undefined if the phase stays the same. */
function target(cell: (typeof table)[Phase][Event]): string | undefined {
  if (cell === 'again' || cell === 'next') return undefined;
  if (cell === 'back') return 'going_back';
  if (cell === 'by-cause') return 'taken_back';
  return cell === 'error' ? 'failed' : cell;
}

/** Each arrow `from --> to` with its events. An arrow that a whole group shares is drawn once, from the group. */
function edges(): Map<string, Event[]> {
  const found = new Map<string, Event[]>();
  const add = (from: string, to: string | undefined, event: Event) => {
    if (to === undefined) return;
    const key = `${from} --> ${to}`;
    found.set(key, [...(found.get(key) ?? []), event]);
  };
  for (const { id, members } of groups)
    for (const event of events) {
      const cells = members.map((phase) => table[phase][event]);
      const common = cells.filter((cell) => cell !== 'again').every((cell, _, all) => cell === all[0]);
      if (common) add(id, target(cells.find((cell) => cell !== 'again') ?? 'again'), event);
      else for (const phase of members) add(phase, target(table[phase][event]), event);
    }
  return found;
}

function following(phase: Phase): string[] {
  const targets = [begin([5, 25, 100]), { ...begin([5, 100]), step: 0 }, begin([100], true)].map((state) => {
    const after = next({ ...state, phase }, 'passed');
    return after.phase === 'ended' ? (after.outcome ?? 'failed') : after.phase;
  });
  return [...new Set(targets)];
}

function mermaid(): string[] {
  const lines = ['```mermaid', 'stateDiagram-v2', '    direction TB', '    [*] --> untouched'];
  for (const { id, title, members } of groups) {
    lines.push(`    state "${title}" as ${id} {`, `        [*] --> ${members[0]}`);
    for (const phase of members)
      for (const to of members.filter((member) => following(phase).includes(member)))
        lines.push(`        ${phase} --> ${to}`);
    lines.push('    }');
  }
  lines.push('    untouched --> under_way: passed', '    under_way --> promoted: passed');
  for (const [edge, by] of edges()) lines.push(`    ${edge}: ${by.join(', ')}`);
  return [...lines, '```'];
}

/** The whole text of docs/release/rollout.md. */
export function rolloutPage(): string {
  const header = `| phase | what it does | ${events.map((event) => `\`${event}\``).join(' | ')} |`;
  const rows = phases.map(
    (phase) =>
      `| \`${phase}\` | ${phaseActions[phase]} | ${events.map((event) => cellText(phase, event)).join(' | ')} |`,
  );
  return `${[
    '# How a release moves',
    '',
    'This table shows, for every phase, what the release does on every event. `npm run docs` generates this page from',
    'the table in `src/domain/release/machine.ts`; a test fails if the page is stale.',
    '',
    ...mermaid(),
    '',
    '`taken_back` ends as `rolled_back`, `smoke_failed`, `exposed` or `cancelled`, depending on its cause. A first release',
    'has nothing to go back to and ends as `rejected`. A release without a change ends as `promoted`. `failed` ends with an',
    'error and no outcome.',
    '',
    'If a call fails after the build (a permission, a quota, a network, an API, a watch or smoke test that could not see), the traffic',
    'goes back as well: the outcome is `rolled_back`, or `rejected` for a first release, but the verdict is `inconclusive`, because',
    'nothing speaks against the code. The code is not remembered as failed, so the next run may release it again.',
    '',
    'Before the build has begun, what the release has changed decides too. If no write took effect, the row of `guarding`',
    'holds also in `pinning` and `building`: there is nothing to take back. If only the pin and the record were written,',
    '`reverting` removes them with one write, and a failure ends with an error and no outcome, because no revision was released.',
    '',
    '## Events',
    '',
    '| event | what happened |',
    '|:--|:--|',
    ...events.map((event) => `| \`${event}\` | ${eventWords[event]} |`),
    '',
    '## Every phase and every event',
    '',
    header,
    `|${':--|'.repeat(events.length + 2)}`,
    ...rows,
    '',
  ].join('\n')}`;
}
