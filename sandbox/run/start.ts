import type { World } from '../core/state.ts';
import { writeContainerLine, writeSystemLine } from './container-log.ts';
import type { Revision, Service } from './model.ts';
import { memoryObstacle } from './obstacles.ts';
import { makeRoom } from './pool.ts';
import { noteFailedRevision } from './traffic.ts';

/** Why a revision is not ready. `obstacle`: it was refused before its container was started, so it wrote nothing. */
export interface NotReady {
  kind: 'obstacle' | 'unhealthy';
  message: string;
}

const logsOf = (service: Service, revision: Revision) =>
  `https://console.cloud.google.com/logs/viewer?project=${service.project}&resource=cloud_run_revision/service_name/${service.id}/revision_name/${revision.name}`;

/** Starts a revision's container and notes whether it is ready. What the container wrote is in its log. */
export async function startRevision(
  world: World,
  service: Service,
  revision: Revision,
  obstacle: string | undefined,
  signal: AbortSignal,
): Promise<NotReady | undefined> {
  const notReady = `Revision '${revision.name}' is not ready and cannot serve traffic.`;
  const fail = (kind: NotReady['kind'], why: string): NotReady => {
    revision.state = 'failed';
    revision.message = `${notReady} ${why}`;
    noteFailedRevision(world, service);
    return { kind, message: revision.message };
  };
  if (obstacle) return fail('obstacle', obstacle);
  try {
    const memory = memoryObstacle(world, revision.settings);
    if (memory) throw new Error(memory);
    await makeRoom(world, revision);
    await revision.instance.start(signal);
    revision.state = 'ready';
    return undefined;
  } catch (error) {
    const [first = '', ...rest] = (error as Error).message.split('\n');
    for (const line of [first, ...rest]) writeContainerLine(world, service, revision.name, 'stderr', line);
    const say = (severity: 'WARNING' | 'ERROR', text: string) =>
      writeSystemLine(world, service, revision.name, severity, text);
    const code = /ended with exit code (\d+)/.exec(first)?.[1];
    if (code !== undefined) say('WARNING', `Container called exit(${code}).`);
    if (/^Memory limit of/.test(first)) say('ERROR', first);
    say(
      'ERROR',
      `Default STARTUP TCP probe failed 1 time consecutively for container "worker" on port ${revision.settings.port ?? 8080}. The instance was not started.`,
    );
    return fail(
      'unhealthy',
      'The user-provided container failed to start and listen on the port ' +
        `defined provided by the PORT=${revision.settings.port ?? 8080} environment variable within the allocated timeout. This can happen when the container port is ` +
        `misconfigured or if the timeout is too short. Logs for this revision might contain more information.\n\nLogs URL: ${logsOf(service, revision)}`,
    );
  }
}
