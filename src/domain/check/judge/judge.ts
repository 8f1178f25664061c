import type { Severity } from '../../findings/rule.ts';
import type { Facts } from '../facts/facts.ts';
import type { Found, Unknown } from '../found.ts';
import type { RuleSet } from '../rules/core.ts';
import { softenedSince } from './changes.ts';
import { configurationChanges, configurationOf, ignores } from './configuration.ts';
import { runRules, sorted } from './run-rules.ts';
import { hasReason, newSilences, type Silence, silences, silencesOf, softened } from './silence.ts';

/** A finding, and whether the change brought it. */
export interface Judged extends Found {
  isNew: boolean;
}

export interface CheckResult {
  found: Judged[];
  unknown: Unknown[];
  /** Findings that a comment or the configuration accepts, with the reason. */
  silenced: { found: Found; reason: string }[];
}

const ranks: readonly Severity[] = ['critical', 'high', 'medium', 'low', 'info'];
const rank = (severity: Severity) => ranks.indexOf(severity);

/** Judges a commit, and compares it with its base if there is one. Silences and configuration count as the base has them. */
export function judgeCommit(head: Facts, base: Facts | undefined, rules: RuleSet): CheckResult {
  const now = runRules(head, rules);
  const files = filesWith(now.found);
  const comments = silencesOf(
    head,
    new Set(head.repository.paths.filter((path) => files.has(path) || isConfigured(path))),
  );
  const own = configurationOf(head);
  const before = base && runRules(base, rules);
  const old = base &&
    before && { comments: silencesOf(base, filesWith(before.found)), configuration: configurationOf(base) };
  const extra: Found[] = [];
  let counted = comments.filter(hasReason);
  for (const silence of comments) if (!hasReason(silence)) extra.push(softened(silence, 'no reason'));
  if (base && old) {
    const baseComments = silencesOf(base, new Set(comments.map(({ file }) => file)));
    const added = newSilences(counted, [...old.comments, ...baseComments]);
    counted = counted.filter((silence) => !added.includes(silence));
    extra.push(
      ...added.map((silence) => softened(silence, 'new')),
      ...configurationChanges(own, old.configuration),
      ...softenedSince(base, head),
    );
  }
  const ignored = old ? old.configuration : own;
  const silenced: CheckResult['silenced'] = [];
  const open = [...now.found, ...extra].filter((found) => {
    const reason =
      reasonFor(found, counted) ?? ignored.find((entry) => ignores(entry, found, head.today))?.reason;
    if (reason !== undefined) silenced.push({ found, reason });
    return reason === undefined;
  });
  const isKnown = matcher(before?.found ?? []);
  // Those of the same file are matched first, so that a copy in another file counts as new.
  const known = new Set([...open].filter((found) => isKnown(found, true)));
  for (const found of open) if (!known.has(found) && isKnown(found, false)) known.add(found);
  const judged = sorted(open).map((found): Judged => ({ ...found, isNew: !known.has(found) }));
  return { found: judged, unknown: now.unknown, silenced };
}

const filesWith = (found: readonly Found[]): ReadonlySet<string> => new Set(found.map(({ at }) => at.file));
const isConfigured = (path: string) => /^\.github\//.test(path);

const reasonFor = (found: Found, comments: readonly Silence[]): string | undefined =>
  found.rule === 'guard-softened' && /silence/.test(found.evidence)
    ? undefined
    : comments.find((silence) => silences(silence, found))?.reason;

/** Takes each finding of the base once. One that got worse is new. */
function matcher(base: readonly Found[]): (found: Found, sameFile: boolean) => boolean {
  const left = [...base];
  return (found, sameFile) => {
    const at = left.findIndex(
      (one) =>
        one.rule === found.rule &&
        one.evidence === found.evidence &&
        (!sameFile || one.at.file === found.at.file) &&
        rank(one.severity) <= rank(found.severity),
    );
    if (at >= 0) left.splice(at, 1);
    return at >= 0;
  };
}
