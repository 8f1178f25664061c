import type { FailureFacts, RunNames } from '../errors/facts.ts';
import type { CauseBlame, Repair } from './row.ts';
import { rows } from './table.ts';

export interface Cause extends Repair {
  /** Id of the row. */
  id: string;
  blame: CauseBlame;
  /** True if the same call can succeed later without a change. */
  passes: boolean;
  /** True if only the log of the revision can say more. */
  vague: boolean;
}

/** Explains a failure by the first row that matches. Undefined if no row does; then there is only Google's sentence. */
export function explain(failure: FailureFacts, known: RunNames = {}): Cause | undefined {
  const row = rows.find((candidate) => candidate.matches(failure));
  if (!row) return undefined;
  const names = { ...fromPath(failure.path), ...defined(known), ...defined(failure.names) };
  return {
    id: row.id,
    blame: row.blame,
    passes: row.passes ?? false,
    vague: row.vague ?? false,
    ...row.repair(failure, names),
  };
}

const defined = (names: RunNames | undefined): RunNames =>
  Object.fromEntries(Object.entries(names ?? {}).filter(([, value]) => value !== undefined && value !== ''));

/** Project, region and name from the path of a call, such as `/v2/projects/P/locations/L/services/S`. */
function fromPath(path: string | undefined): RunNames {
  const [, project, region, name] =
    /\/projects\/([^/:?]+)(?:\/locations\/([^/:?]+))?(?:\/(?:functions|services)\/([^/:?]+))?/.exec(
      path ?? '',
    ) ?? [];
  return defined({ project, region: region === '-' ? undefined : region, name });
}
