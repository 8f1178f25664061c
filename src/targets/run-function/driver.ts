import { objectOf, textOf } from '../../domain/data/json.ts';
import { likelyService, servicePath } from '../../domain/data/resource-name.ts';
import { digestIn } from '../../domain/source/location.ts';
import type { DeployRequest, Driver } from '../../steps/deploy/ports.ts';
import type { RunRevision, RunService } from '../../steps/ports/services.ts';
import type { Sources } from '../../steps/ports/source.ts';
import type { SourceStore } from '../../steps/ports/source-store.ts';
import { attemptOf } from '../run/attempt.ts';
import { configOf } from '../run/config.ts';
import type { RunPorts } from '../run/world.ts';
import { checkProject } from '../source/check.ts';
import { logUpload } from '../source/content.ts';
import { checkSettings, tellDetached } from './checks.ts';
import { sourceContent } from './content.ts';

/** What the driver of Cloud Run functions needs of the world. */
export interface SourcePorts extends RunPorts {
  sources: Sources;
  store: SourceStore;
}

/** Functions from source, built by Cloud Run's own API: no function resource belongs to them. */
export function runFunctionDriver(ports: SourcePorts): Driver {
  return {
    async prepare(run) {
      const { request, result } = run;
      const name = servicePath({ ...request, name: likelyService(request.name) });
      const own = { ...ports, log: run.ports.log };
      const [service, tree] = await Promise.all([
        ports.services.get(name, request.signal),
        ports.sources.scan(request.sourceDir, request.signal),
      ]);
      checkSettings(request, service);
      result.content = { rules: tree.rules, files: tree.files };
      if (service) tellDetached(run, service);
      checkProject(own.log, request, service && configOf(service), tree);
      const logContent = () => logUpload(own.log, request.sourceDir, tree);
      const made = await newestOf(own, request, service, tree.sha256);
      const content = sourceContent(own, { request, service, tree, made });
      return attemptOf({ run, ports: own, name, service, content, logContent });
    },
  };
}

/** The newest revision, which is read only if the service says that it has this very source already. */
async function newestOf(
  { services }: Pick<SourcePorts, 'services'>,
  { signal }: DeployRequest,
  service: RunService | undefined,
  sha256: string,
): Promise<RunRevision | undefined> {
  const newest = service?.latestCreatedRevision;
  const said = digestIn(textOf(objectOf(service?.raw.buildConfig).sourceLocation));
  if (!service || newest === undefined || said !== sha256) return undefined;
  return services.revision(service.name, newest, signal);
}
