import type { Severity } from '../../../findings/rule.ts';
import { type Stranger, strangers } from '../../../login/doctor/other-runs.ts';
import type { Facts } from '../../facts/facts.ts';
import type { Rule } from '../rule.ts';
import { enters, type Identity, ownClaims } from './claims.ts';
import { type FileProvider, providersOf } from './provider.ts';

/** Rules that evaluate a condition. Each stranger of the doctor tries to get in, and each run of the own repository. */

const idCondition = ({ ownerId, repositoryId }: Identity): string =>
  `assertion.repository_owner_id == '${ownerId ?? 'OWNER_ID'}' && assertion.repository_id == '${repositoryId ?? 'REPOSITORY_ID'}'`;

/** The ids are those of `gh api repos/OWNER/NAME`. */
const fixFor = (identity: Identity): string =>
  `Compare the numeric ids, which no one else can get: ${idCondition(identity)}${identity.repositoryId ? '' : ', with the ids that this prints:'}`;
const commandsFor = (identity: Identity): string[] =>
  identity.repositoryId
    ? []
    : ["gh api repos/OWNER/NAME --jq '{repository_owner_id: .owner.id, repository_id: .id}'"];

export interface Judged {
  /** Strangers that get in. */
  inside: Stranger[];
  unknown: boolean;
  /** No run of the own repository gets in, and the evaluation is certain. */
  never: boolean;
}

/** Everything that the evaluation shows about a provider. */
export function judge(provider: FileProvider, identity: Identity): Judged | undefined {
  const { condition, mapping } = provider;
  if (condition === undefined || condition === 'none') return undefined;
  const own = ownClaims(condition, identity);
  const results = own.map((claims) => enters(condition, mapping, claims));
  const entering = own.filter((_, index) => results[index] === 'true');
  const bases = entering.length > 0 ? entering.slice(0, 4) : own.slice(0, 4);
  const inside = new Map<string, Stranger>();
  let unknown = results.includes('unknown');
  for (const base of bases)
    for (const stranger of strangers(base)) {
      const truth = enters(condition, mapping, stranger.claims);
      if (truth === 'unknown') unknown = true;
      if (truth === 'true') inside.set(stranger.id, stranger);
    }
  return {
    inside: [...inside.values()],
    unknown,
    never: results.every((result) => result === 'false' || result === 'error'),
  };
}

export const wifNoCondition =
  (identity: Identity): Rule =>
  (facts, report) => {
    for (const provider of providersOf(facts)) {
      if (provider.condition !== 'none') continue;
      report.found({
        severity: 'critical',
        confidence: 'high',
        at: provider.at,
        title: `${provider.name} has no attribute condition, so every repository on GitHub gets into the pool.`,
        fix: fixFor(identity),
        commands: commandsFor(identity),
        evidence: `${provider.name} no condition`,
        edits: provider.add ? [provider.add(idCondition(identity))] : [],
      });
    }
  };

export const wifHole =
  (identity: Identity): Rule =>
  (facts, report) => {
    for (const provider of providersOf(facts)) {
      const judged = judge(provider, identity);
      if (!judged) {
        if (provider.condition === undefined)
          report.unknown(
            provider.conditionAt,
            `The files do not say what the condition of ${provider.name} is.`,
          );
        continue;
      }
      const severity = worstOf(judged.inside);
      if (severity === undefined) {
        if (judged.unknown)
          report.unknown(
            provider.conditionAt,
            `Only Google can tell whom the condition of ${provider.name} lets in.`,
          );
        continue;
      }
      const who = judged.inside
        .filter((stranger) => severity === 'low' || stranger.kind !== 'softer')
        .map((stranger) => stranger.who);
      report.found({
        severity,
        confidence: 'high',
        at: provider.conditionAt,
        title: `The condition of ${provider.name} lets in: ${lower(who).slice(0, 4).join('; ')}.`,
        why: `Claims of each were put into the condition, and it is true for them: ${provider.condition}`,
        fix:
          severity === 'low'
            ? "Ask for the environment of the release too, such as assertion.environment == 'prod'."
            : fixFor(identity),
        commands: severity === 'low' ? [] : commandsFor(identity),
        evidence: `${provider.name} ${provider.condition}`,
        edits:
          severity === 'low' || provider.conditionText === undefined
            ? []
            : [
                {
                  ...valuePlace(facts, provider),
                  old: provider.conditionText,
                  new: JSON.stringify(idCondition(identity)),
                },
              ],
      });
    }
  };

function valuePlace(facts: Facts, provider: FileProvider) {
  const text = facts.repository.text(provider.conditionAt.file) ?? '';
  const line = text.split('\n')[provider.conditionAt.line - 1] ?? '';
  const first = provider.conditionText?.split('\n')[0] ?? '';
  return { ...provider.conditionAt, column: line.indexOf(first) + 1 };
}

const lower = (texts: readonly string[]): string[] =>
  texts.map((text) => text.charAt(0).toLowerCase() + text.slice(1));

/** Only the name after a rename: high. Anyone: critical. Other repositories of the owner: high. Softer runs of this one: low. */
function worstOf(inside: readonly Stranger[]): Severity | undefined {
  const outsiders = inside.filter(({ kind }) => kind === 'outsider');
  if (outsiders.some(({ id }) => id !== 'taken-over-name')) return 'critical';
  if (inside.some(({ id }) => id === 'other-repository') && outsiders.length > 0) return 'critical';
  if (outsiders.length > 0 || inside.some(({ kind }) => kind === 'insider')) return 'high';
  return inside.some(({ id }) => id === 'pull-request' || id === 'other-branch') ? 'low' : undefined;
}

export const wifNever =
  (identity: Identity): Rule =>
  (facts, report) => {
    for (const provider of providersOf(facts)) {
      const { condition, mapping } = provider;
      const judged = judge(provider, identity);
      if (condition === undefined || condition === 'none' || !judged) continue;
      const number = /\b(?:assertion|attribute)\.(\w+_id|run_\w+|actor_id)\s*(==|!=)\s*(\d+)(?!['"\d])/.exec(
        condition,
      );
      const unmapped =
        mapping &&
        [...condition.matchAll(/\battribute\.(\w+)/g)].find(([, name]) => !(`attribute.${name}` in mapping));
      const otherCase = caseOf(condition, identity);
      if (!judged.never && !otherCase) continue;
      const why = number
        ? `${number[1]} is a text, and ${number[3]} is a number, so they are never equal.`
        : unmapped
          ? `The mapping of the provider does not set attribute.${unmapped[1]}.`
          : otherCase
            ? `The repository is called ${otherCase}, and Google compares upper and lower case.`
            : 'No claims of a run of this repository make it true.';
      report.found({
        severity: 'high',
        confidence: number || unmapped ? 'high' : 'medium',
        at: provider.conditionAt,
        title: `The condition of ${provider.name} is never true, so no job can log in.`,
        why,
        fix: number
          ? `Put the number into quotes: ${number[0].replace(/(\d+)$/, "'$1'")}`
          : 'Correct the condition. The doctor of actions/auth shows the claims of a run.',
        evidence: `${provider.name} never ${condition}`,
        edits: number ? quoteEdits(facts, provider, number[0]) : [],
      });
    }
  };

function quoteEdits(facts: Facts, provider: FileProvider, old: string) {
  const text = facts.repository.text(provider.conditionAt.file) ?? '';
  const lines = text.split('\n');
  const at = lines.findIndex((line, index) => index + 1 >= provider.conditionAt.line && line.includes(old));
  if (at < 0) return [];
  return [
    {
      file: provider.conditionAt.file,
      line: at + 1,
      column: (lines[at] ?? '').indexOf(old) + 1,
      old,
      new: old.replace(/(\d+)$/, "'$1'"),
    },
  ];
}

/** The real name, if the condition differs from it only in case. */
function caseOf(condition: string, { repository }: Identity): string | undefined {
  if (!repository) return undefined;
  const names = [repository, repository.split('/')[0] as string];
  for (const [, literal = ''] of condition.matchAll(/['"](?:repo:)?([\w./-]+?)(?::[^'"]*)?['"]/g))
    for (const name of names)
      if (literal !== name && literal.toLowerCase() === name.toLowerCase()) return name;
  return undefined;
}

export const wifUploadedKeys: Rule = (facts, report) => {
  for (const { hasUploadedKeys, name } of providersOf(facts))
    if (hasUploadedKeys)
      report.found({
        severity: 'high',
        confidence: 'high',
        at: hasUploadedKeys,
        title: `${name} trusts uploaded keys instead of those that GitHub publishes.`,
        fix: "Remove the keys. Google then reads GitHub's own.",
        evidence: `${name} uploaded keys`,
      });
};
