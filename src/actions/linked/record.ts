import { listOf, objectOf, textOf } from '../../domain/data/json.ts';
import { shortName } from '../../domain/data/resource-name.ts';
import { messageOf } from '../../domain/errors/errors.ts';
import { recordOf, type Serving } from '../../domain/linked/record.ts';
import type { Allocation } from '../../domain/traffic/serving.ts';
import { writeRecord } from '../../github/deployment-records.ts';
import type { Context } from '../../runner/context.ts';
import type { Services } from '../../steps/ports/services.ts';
import type { AskedRecord } from './inputs.ts';

export interface Recorded {
  /** What was done, in one sentence. Undefined if nothing was. */
  done?: string;
  /** Why nothing was recorded, in one sentence. */
  warning?: string;
}

/** The whole attempt, reads included. The release is over by then, so nobody waits longer. */
const withinMs = 20_000;

/**
 * Tells GitHub's linked artifacts what serves now: after a promotion, and after the way back. It never throws: the release has ended, and
 * nothing that GitHub does changes how.
 */
export async function recordDeployment(
  { env, log }: Pick<Context, 'env' | 'log'>,
  services: Pick<Services, 'revision'>,
  { environment, token }: AskedRecord,
  now: {
    project: string;
    region: string;
    service: string | undefined;
    serving: readonly Allocation[];
  } & Pick<Serving, 'exposure'>,
): Promise<Recorded> {
  const failed = (why: string): Recorded => {
    const warning = `No deployment record was written on GitHub: ${why}.`;
    log.warning(warning);
    return { warning };
  };
  try {
    const signal = AbortSignal.timeout(withinMs);
    const { project, region, service, exposure } = now;
    const live = now.serving.filter(({ percent }) => percent > 0);
    const [only] = live;
    if (service === undefined || only === undefined) return failed('nothing serves');
    if (live.length > 1) return failed('several revisions share the traffic');
    if (!token) return failed('this job has no token for GitHub');
    const repository = env.GITHUB_REPOSITORY ?? '';
    const revision = await services.revision(service, only.revision, signal);
    const image = textOf(objectOf(listOf(revision?.raw.containers)[0]).image);
    const record = recordOf(
      { project, region, service: shortName(service), image, exposure },
      { environment, repository },
    );
    if ('none' in record) return failed(record.none);
    const organization = repository.split('/')[0] ?? '';
    const why = await writeRecord({ token, apiUrl: env.GITHUB_API_URL, organization }, record, signal);
    if (why !== undefined) return failed(why);
    const risk = record.runtime_risks?.length ? ', exposed to the internet' : '';
    const done = `Wrote the deployment record of ${only.revision} on GitHub (${environment}, ${record.digest.slice(0, 19)}${risk}).`;
    log.line(done);
    return { done };
  } catch (error) {
    return failed(messageOf(error).replace(/\.$/, ''));
  }
}
