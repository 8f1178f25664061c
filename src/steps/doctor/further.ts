import { askedOfProject, askedOfService, type FurtherRow, furtherRows } from '../../domain/doctor/further.ts';
import { messageOf } from '../../domain/errors/errors.ts';
import type { Held } from '../../domain/preflight/permission-rows.ts';
import type { CheckRow } from '../../domain/preflight/row.ts';
import type { PreflightSources } from '../ports/preflight.ts';
import { heldOf } from '../preflight/places.ts';

/** No page of Google says how many permissions one question may have. So many, other clients ask at once. */
const mostAtOnce = 100;

/** Asks what this identity may do besides a release. No failure of it stops a doctor, because no release needs it. */
export async function askFurther(
  ask: PreflightSources['held'],
  { project, service, rows }: { project: string; service: string | undefined; rows: readonly CheckRow[] },
  signal: AbortSignal,
): Promise<FurtherRow[]> {
  const held = async (resource: string, permissions: readonly string[]): Promise<Held> => {
    const parts = Array.from({ length: Math.ceil(permissions.length / mostAtOnce) }, (_, part) =>
      permissions.slice(part * mostAtOnce, (part + 1) * mostAtOnce),
    );
    try {
      const answers = await Promise.all(parts.map(async (part) => heldOf(await ask(resource, part, signal))));
      const failed = answers.find(({ ok }) => !ok);
      return (
        failed ?? {
          ok: true,
          permissions: new Set(answers.flatMap((one) => (one.ok ? [...one.permissions] : []))),
        }
      );
    } catch (error) {
      if (signal.aborted) throw error;
      return { ok: false, detail: messageOf(error) };
    }
  };
  const ofProject = {
    resource: `projects/${project}`,
    held: await held(`projects/${project}`, askedOfProject),
  };
  const open = askedOfService(ofProject.held);
  const ofService = service && { resource: service, held: await held(service, open) };
  return furtherRows({ project: ofProject, service: ofService || undefined, rows });
}
