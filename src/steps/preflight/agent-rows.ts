import type { Reading } from '../../domain/exposure/facts.ts';
import type { ImageAnswer } from '../../domain/image/image.ts';
import { mayRead, serviceAgentOf } from '../../domain/image/reader.ts';
import { parseImage, repositoryOf } from '../../domain/image/reference.ts';
import type { CheckRow } from '../../domain/preflight/row.ts';
import type { PreflightSources } from '../ports/preflight.ts';

/**
 * An image of another project: this identity may read it, but Cloud Run starts it with its own service agent. A folder or the
 * organisation may grant that as well, and their policies are not read. So a missing binding is told, and stops nothing.
 */
export async function agentRows(
  sources: Pick<PreflightSources, 'projectNumber' | 'readersOf'>,
  project: string,
  found: Reading<ImageAnswer> | undefined,
  signal: AbortSignal,
): Promise<CheckRow[]> {
  if (!found?.ok || !found.value.ok) return [];
  const repository = repositoryOf(parseImage(found.value.image.image));
  if (repository === undefined || repository.project === project) return [];
  const [number, bindings] = await Promise.all([
    sources.projectNumber(project, signal),
    sources.readersOf(repository, signal),
  ]);
  if (!number.ok || number.value === '' || number.value === repository.project) return [];
  const account = serviceAgentOf(number.value);
  const row = { need: { kind: 'agent', account, repository }, stage: 'Build', weight: 'warn' } as const;
  if (!bindings.ok) return [{ ...row, state: 'unknown', detail: bindings.detail }];
  const may = mayRead(bindings.value, account);
  return [{ ...row, state: may === undefined ? 'unknown' : may ? 'ok' : 'missing' }];
}
