import type { Annotation } from '../domain/findings/annotation.ts';
import type { Secrets } from './secrets.ts';

/** Writes annotations to the run's page, each at a place in the user's files if it names one. */
export async function annotate(
  annotations: readonly Annotation[],
  { redact }: Pick<Secrets, 'redact'>,
): Promise<void> {
  if (annotations.length === 0) return;
  // Imported only here, because @actions/core loads undici.
  const core = await import('@actions/core');
  for (const { level, title, text, file, line } of annotations)
    core[level](redact(text), {
      title: redact(title),
      ...(file === undefined ? {} : { file, startLine: line ?? 1 }),
    });
}
