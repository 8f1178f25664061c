import type { Located } from '../../domain/data/resource-name.ts';
import type { TargetKind } from '../../domain/deploy/kind.ts';
import type { Reading } from '../../domain/exposure/facts.ts';
import type { PreflightSources } from '../ports/preflight.ts';

/**
 * The other regions that have something of this name. Without a kind, it may be a function or a service of Cloud Run. What has the
 * name in the region itself is no reason to doubt the region: the driver says what it is.
 */
export async function regionsElsewhere(
  sources: PreflightSources,
  { project, region, name }: Pick<Located, 'project' | 'region' | 'name'>,
  kind: TargetKind | undefined,
  signal: AbortSignal | undefined,
): Promise<Reading<string[]>> {
  const read = async (what: 'function' | 'service') => {
    const found = await sources.regionsOf(project, name, what, signal);
    return found.ok ? { ...found, value: found.value.filter((one) => one !== region) } : found;
  };
  if (kind !== undefined) return read(kind === 'function' ? 'function' : 'service');
  const [functions, services] = await Promise.all([read('function'), read('service')]);
  if (!functions.ok || !services.ok) return functions.ok ? functions : services;
  return { ...functions, value: [...functions.value, ...services.value] };
}
