import type { Annotation } from '../domain/findings/annotation.ts';
import type { Context } from './context.ts';

/** Writes annotations to the run's page, each at a place in the user's files if it names one. */
export async function annotate(
  annotations: readonly Annotation[],
  { secrets: { redact }, onTerminal }: Pick<Context, 'secrets' | 'onTerminal'>,
): Promise<void> {
  // On a terminal, the result itself shows the findings.
  if (annotations.length === 0 || onTerminal) return;
  // Imported only here: few runs have annotations.
  const core = await import('@actions/core');
  for (const { level, title, text, file, line } of annotations)
    core[level](redact(text), {
      title: redact(title),
      ...(file === undefined ? {} : { file, startLine: line ?? 1 }),
    });
}
