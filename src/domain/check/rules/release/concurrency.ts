import { entryOf, nodeAt, textAt, type YamlNode } from '../../../yaml/node.ts';
import type { Facts } from '../../facts/facts.ts';
import { evaluateExpression, isTrue } from '../../workflow/expression.ts';
import type { Job } from '../../workflow/model.ts';
import type { Rule } from '../rule.ts';
import {
  canRunOn,
  canRunOnPull,
  isForTests,
  isOnlyForPulls,
  isPreview,
  isReleaseJob,
  onPush,
  ownAction,
} from '../shared/uses.ts';

interface Group {
  node: YamlNode;
  at: { file: string; line: number; column: number };
}

/** The groups that a job belongs to: its own, its workflow's, and those of jobs that call it. */
function groupsOf(job: Job): Group[] {
  const { file, node } = job.workflow;
  const own = [entryOf(job.node, 'concurrency'), entryOf(node, 'concurrency')].flatMap((entry) =>
    entry ? [{ node: entry.value, at: { file, line: entry.keyLine, column: entry.keyColumn } }] : [],
  );
  return [...own, ...job.callers.flatMap(groupsOf)];
}

const isProduction = (facts: Facts, job: Job): boolean =>
  isReleaseJob(facts, job) &&
  !isOnlyForPulls(job) &&
  !isPreview(job.environment) &&
  !isPreview(job.workflow.file) &&
  !isPreview(job.id) &&
  !isForTests(facts, job);

export const releaseCancelled: Rule = (facts, report) => {
  const told = new Set<YamlNode>();
  for (const job of facts.jobs) {
    if (!isProduction(facts, job)) continue;
    for (const { node, at } of groupsOf(job)) {
      const value = nodeAt(node, 'cancel-in-progress');
      if (value?.kind !== 'text' || told.has(value)) continue;
      const expression = /^\s*\$\{\{(.*)\}\}\s*$/s.exec(value.text)?.[1];
      const cancels =
        expression === undefined ? value.text === 'true' : isTrue(evaluateExpression(expression, onPush));
      const place = { file: at.file, line: value.line, column: value.column };
      told.add(value);
      if (cancels === undefined)
        report.unknown(place, `Only a run knows whether a newer run cancels the release in ${job.id}.`);
      if (!cancels) continue;
      report.found({
        severity: 'high',
        confidence: 'high',
        at: place,
        title: `A newer run cancels the release in ${job.id} half-way.`,
        why: "zizmor's audit concurrency-limits suggests cancel-in-progress: true. That is right for tests, and cuts a release in the middle of its canary.",
        fix: 'Set cancel-in-progress: false. The newer run then waits.',
        evidence: `${at.file} cancel-in-progress`,
        edits: [{ ...place, old: value.style === 'quoted' ? value.text : value.text, new: 'false' }],
      });
    }
  }
};

/** An expression in the name of a group that differs from branch to branch. */
const differs =
  /github\.(ref|ref_name|head_ref|sha|run_id|run_number|actor|event\.pull_request|event\.number)/;

export const releaseConcurrent: Rule = (facts, report) => {
  for (const job of facts.jobs) {
    if (!isProduction(facts, job) || ownAction(job.uses) !== undefined) continue;
    if (job.workflow.events.has('workflow_call') && job.callers.length === 0) continue;
    const groups = groupsOf(job);
    const names = groups.map(({ node }) =>
      node.kind === 'text' ? node.text : (textAt(node, 'group') ?? ''),
    );
    const oneBranch = onlyOneBranch(job);
    if (
      names.some(
        (name) =>
          name !== '' &&
          (!differs.test(name) || (oneBranch && !/github\.(sha|run_id|run_number)/.test(name))),
      )
    )
      continue;
    const first = groups[0];
    report.found({
      severity: 'medium',
      confidence: 'high',
      at: first?.at ?? job.at,
      title: first
        ? `The concurrency group of ${job.id} differs from branch to branch, so two releases can run at the same time.`
        : `Two runs of ${job.id} can release at the same time.`,
      fix: 'Give every release of one target the same group, for example release-ocr-api, with cancel-in-progress: false.',
      evidence: `${job.workflow.file} ${job.id} concurrency`,
      edits: first ? [] : addGroup(job),
    });
  }
};

/** Runs only for pushes to one branch, so that a group with the ref in it is one group. */
function onlyOneBranch(job: Job): boolean {
  const { events } = job.workflow;
  return [...events].every(([event, node]) => {
    if (event === 'workflow_dispatch' || event === 'schedule') return true;
    if (!(event === 'pull_request' ? canRunOnPull(job) : canRunOn(event, job))) return true;
    const branches = nodeAt(node, 'branches');
    const list = branches?.kind === 'list' ? branches.items : branches ? [branches] : [];
    const [only] = list;
    return event === 'push' && list.length === 1 && only?.kind === 'text' && !/[*?]/.test(only.text);
  });
}

function addGroup(job: Job) {
  const first = job.node.entries[0];
  if (!first || first.keyLine === job.at.line) return [];
  const indent = ' '.repeat(first.keyColumn - 1);
  const text = `concurrency:\n${indent}  group: release-${job.id}\n${indent}  cancel-in-progress: false\n${indent}`;
  return [{ file: job.workflow.file, line: first.keyLine, column: first.keyColumn, old: '', new: text }];
}
