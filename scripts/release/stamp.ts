/** Names the actions of this project by the commit of a release instead of a tag that moves. */

const repository = 'backstay-release/backstay';
const use = new RegExp(
  `(uses: ${repository}(?:/[\\w./-]+)?)@(?:v\\d+(?![\\w.])|[0-9a-f]{40})(?: # v[\\w.-]+)?`,
  'g',
);

/** Stamps every `uses:` of this project in a text. The comment tells people, and Dependabot, which version the commit is. */
export const stamp = (text: string, { sha, version }: { sha: string; version: string }): string =>
  text.replace(use, `$1@${sha} # v${version}`);

/** Do two texts differ only in what a stamp changes? */
export const sameButStamp = (before: string, after: string): boolean => {
  const neutral = { sha: '0'.repeat(40), version: '0' };
  return stamp(before, neutral) === stamp(after, neutral);
};

/** What a runner executes and that names other actions of this project. Stamped in the release itself. */
export const isExecuted = (path: string): boolean =>
  /^\.github\/workflows\/(release|check|check-comment|rollback)\.yml$/.test(path) ||
  /^actions\/[\w-]+\/action\.yml$/.test(path);

/** What people copy. Stamped on the main branch after the release, with the commit that has the tag. */
export const isCopied = (path: string): boolean =>
  /^(README\.md|actions\/[\w-]+\/README\.md|docs\/(?!gallery\/).+\.md|examples\/.+\.(md|ya?ml))$/.test(path);

/**
 * Files and folders that no runner needs. GitHub leaves them out of the archive that a runner downloads, because the commit of the release says so
 * in `.gitattributes`. They stay in the commit.
 */
export const leftOut = [
  ...['build', 'docs', 'examples', 'sandbox', 'scripts', 'src', 'terraform', 'test', '.ci'],
  ...['package-lock.json', 'CHANGELOG.md', 'CONTRIBUTING.md'],
];

export const attributes = (before: string): string =>
  `${before.trimEnd()}\n\n# Not part of what a runner downloads.\n${leftOut.map((path) => `/${path} export-ignore`).join('\n')}\n`;
