import type { Located } from '../../domain/data/resource-name.ts';
import type { TargetKind } from '../../domain/deploy/kind.ts';
import type { Reading } from '../../domain/exposure/facts.ts';
import type { PreflightSources } from '../ports/preflight.ts';

/** The regions that have something of this name. Without a kind, it may be a function or a service of Cloud Run. */
export async function regionsElsewhere(
  sources: PreflightSources,
  { project, name }: Pick<Located, 'project' | 'name'>,
  kind: TargetKind | undefined,
  signal: AbortSignal | undefined,
): Promise<Reading<string[]>> {
  const read = (what: 'function' | 'service') => sources.regionsOf(project, name, what, signal);
  if (kind !== undefined) return read(kind === 'function' ? 'function' : 'service');
  const [functions, services] = await Promise.all([read('function'), read('service')]);
  if (!functions.ok || !services.ok) return functions.ok ? functions : services;
  return { ...functions, value: [...functions.value, ...services.value] };
}
