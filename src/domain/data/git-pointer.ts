/** The tool that keeps the content of a file outside of Git, if the file is only a pointer to that content. */
export type PointerTool = 'Git LFS' | 'git-annex';

/** Recognises a pointer by its first bytes. Formats: git-lfs/docs/spec.md, and git-annex "unlocked files". */
export function pointerTool(head: Uint8Array): PointerTool | undefined {
  const text = new TextDecoder('latin1').decode(head.subarray(0, 100));
  if (/^version https:\/\/(git-lfs|hawser)\.github\.com\/spec\//.test(text)) return 'Git LFS';
  return /^(\.git)?\/annex\/objects\//.test(text) ? 'git-annex' : undefined;
}

/** How to get the content of such a file, as one sentence. */
export const pointerFix = {
  'Git LFS': 'Check out with lfs: true (actions/checkout), or run git lfs pull.',
  'git-annex': 'Run git annex get before this step.',
} as const satisfies Record<PointerTool, string>;
