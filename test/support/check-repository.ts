import { factsOf } from '../../src/domain/check/facts/facts.ts';
import type { Repository } from '../../src/domain/check/files/repository.ts';
import { type CheckResult, judgeCommit } from '../../src/domain/check/judge/judge.ts';
import { coreRules } from '../../src/domain/check/rules/core.ts';
import { fileRules } from '../../src/domain/check/rules/files.ts';
import { identityRules } from '../../src/domain/check/rules/identity.ts';
import { uploadSet } from '../../src/gcp/source/upload-set.ts';

export type Files = Readonly<Record<string, string>>;

/** A repository in memory. */
export function repositoryOf(files: Files): Repository {
  const paths = Object.keys(files).sort();
  const text = (path: string) => (Object.hasOwn(files, path) ? files[path] : undefined);
  return { paths, text, refused: [], upload: (folder) => uploadSet({ paths, text }, folder) };
}

export const today = '2026-11-30';
export const noIdentity = { repository: undefined, repositoryId: undefined, ownerId: undefined };

/** What the check says of a repository, and of a change if a base is given. */
export function check(
  files: Files,
  base?: Files,
  identity: Parameters<typeof identityRules>[0] = noIdentity,
): CheckResult {
  const rules = { ...coreRules, ...identityRules(identity), ...fileRules };
  return judgeCommit(factsOf(repositoryOf(files), today), base && factsOf(repositoryOf(base), today), rules);
}

/** Ids of the rules that found something worse than a note, each once. */
export const rulesFound = (result: CheckResult): string[] => [
  ...new Set(result.found.filter(({ severity }) => severity !== 'info').map(({ rule }) => rule)),
];
