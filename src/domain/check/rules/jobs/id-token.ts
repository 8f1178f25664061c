import { entryOf, nodeAt } from '../../../yaml/node.ts';
import type { Facts } from '../../facts/facts.ts';
import { grants, type Job } from '../../workflow/model.ts';
import type { Rule } from '../rule.ts';
import { isKeylessLogin, ownAction } from '../shared/uses.ts';

const needsToken = (job: Job): boolean =>
  job.steps.some(isKeylessLogin) ||
  ['workflows/release', 'workflows/rollback', 'workflows/check'].includes(ownAction(job.uses) ?? '');

/** Does a reusable workflow of this repository, which the job calls, log in? */
const callsLogin = (facts: Facts, job: Job): boolean =>
  facts.jobs.some((inner) => inner.callers.includes(job) && needsToken(inner));

/** A login without a key in a job that gets no identity token. */
export const idTokenMissing: Rule = (facts, report) => {
  for (const job of facts.jobs) {
    const own = needsToken(job);
    const inner = !own && callsLogin(facts, job);
    if (!own && !inner) continue;
    const isCalled = job.workflow.events.has('workflow_call');
    // A reusable workflow without permissions gets those of its caller, who is judged too.
    if (!job.permissions && isCalled) continue;
    if (grants(job.permissions, 'id-token', 'write')) continue;
    if (own && ownAction(job.uses) === 'workflows/check') continue;
    const step = job.steps.find(isKeylessLogin);
    report.found({
      severity: 'high',
      confidence: 'high',
      at: step ? ((step.inside ?? step).uses?.at ?? job.at) : (job.uses?.at ?? job.at),
      title: inner
        ? `The job ${job.id} calls a workflow that logs in without a key, and does not grant it id-token: write.`
        : `The job ${job.id} logs in without a key, but lacks id-token: write.`,
      fix: 'Add the permission to the job.',
      evidence: `${job.workflow.file} ${job.id} id-token`,
      edits: addToken(job),
    });
  }
};

function addToken(job: Job) {
  const own = entryOf(job.node, 'permissions');
  const { file, source } = job.workflow;
  const lines = source.split('\n');
  if (own) {
    const line = lines[own.keyLine - 1] ?? '';
    const flow = /^(\s*permissions:\s*\{)\s*(\}?)/.exec(line);
    if (flow)
      return [
        {
          file,
          line: own.keyLine,
          column: (flow[1] ?? '').length + 1,
          old: '',
          new: flow[2] ? ' id-token: write ' : 'id-token: write, ',
        },
      ];
    const first = own.value.kind === 'map' ? own.value.entries[0] : undefined;
    if (first && first.keyLine > own.keyLine)
      return [
        {
          file,
          line: first.keyLine,
          column: first.keyColumn,
          old: '',
          new: `id-token: write\n${' '.repeat(first.keyColumn - 1)}`,
        },
      ];
    return [];
  }
  // Setting permissions takes every scope away that is not named, so those of the workflow are repeated.
  const scopes =
    job.permissions && 'scopes' in job.permissions
      ? [...job.permissions.scopes]
      : [['contents', 'read'] as const];
  const first = job.node.entries[0];
  if (!first || first.keyLine === job.at.line) return [];
  const indent = ' '.repeat(first.keyColumn - 1);
  const text = [
    'permissions:',
    ...scopes.map(([scope, level]) => `${indent}  ${scope}: ${level}`),
    `${indent}  id-token: write`,
    indent,
  ].join('\n');
  return [{ file, line: first.keyLine, column: first.keyColumn, old: '', new: text }];
}

/** An identity token for jobs that do not log in, or beside a write to the repository. */
export const idTokenWide: Rule = (facts, report) => {
  for (const workflow of facts.workflows) {
    const at = nodeAt(workflow.node, 'permissions', 'id-token') ?? nodeAt(workflow.node, 'permissions');
    const inheriting = workflow.jobs.filter((job) => !entryOf(job.node, 'permissions'));
    const idle = inheriting.filter((job) => !needsToken(job) && !job.uses && !callsLogin(facts, job));
    const logsIn = workflow.jobs.some((job) => needsToken(job) || callsLogin(facts, job));
    if (
      at &&
      grants(workflow.permissions, 'id-token', 'write') &&
      workflow.jobs.length > 1 &&
      idle.length > 0 &&
      logsIn
    )
      report.found({
        severity: 'medium',
        confidence: 'high',
        at: { file: workflow.file, line: at.line, column: at.column },
        title: `id-token: write of the whole workflow also reaches ${idle.map(({ id }) => id).join(', ')}, which ${idle.length > 1 ? 'do' : 'does'} not log in.`,
        fix: 'Set id-token: write in the job that logs in.',
        evidence: `${workflow.file} id-token for all`,
      });
  }
  for (const job of facts.jobs) {
    const login = job.steps.findIndex(isKeylessLogin);
    if (
      login < 0 ||
      !grants(job.permissions, 'id-token', 'write') ||
      !grants(job.permissions, 'contents', 'write')
    )
      continue;
    const before = job.steps.slice(0, login).find((step) => runsRepository(step.script?.commands ?? []));
    if (!before) continue;
    report.found({
      severity: 'medium',
      confidence: 'medium',
      at: before.at,
      title: `The job ${job.id} may write to the repository and get an identity token, and runs code of the repository before it logs in.`,
      fix: 'Build and test in a job of its own, with contents: read and without id-token: write.',
      evidence: `${job.workflow.file} ${job.id} write and id-token`,
    });
  }
};

/** Programs that run what the repository says. */
export const runsRepository = (
  commands: readonly { words: readonly { text: string | undefined }[] }[],
): boolean =>
  commands.some(({ words }) => {
    const [program = '', next = ''] = words.map(({ text }) => text ?? '');
    if (/^(npm|pnpm|yarn|bun)$/.test(program)) return !/^(--version|-v|config|cache|view)$/.test(next);
    if (/^(pip3?|poetry|uv|pipenv|bundle|gradle|mvn|composer)$/.test(program)) return true;
    return /^(make|pytest|tox|go|cargo|dotnet|docker|python3?|node|ruby|npx)$/.test(program)
      ? !/^(--version|-V|version|login|env)$/.test(next)
      : /^\.\.?\//.test(program) || (/^(ba|z)?sh$/.test(program) && next.endsWith('.sh'));
  });
