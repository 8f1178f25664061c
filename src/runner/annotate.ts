import type { Annotation } from '../domain/findings/annotation.ts';

/** Writes annotations of an action's own, at places in the user's files. */
export async function annotate(
  annotations: readonly Annotation[],
  redact: (text: string) => string,
): Promise<void> {
  if (annotations.length === 0) return;
  // Loaded only here: it brings undici along.
  const core = await import('@actions/core');
  for (const { level, title, text, file, line } of annotations)
    core[level](redact(text), {
      title: redact(title),
      ...(file === undefined ? {} : { file, startLine: line ?? 1 }),
    });
}
