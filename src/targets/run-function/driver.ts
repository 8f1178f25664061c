import { likelyService, servicePath } from '../../domain/data/resource-name.ts';
import type { Driver } from '../../steps/deploy/ports.ts';
import { attemptOf } from '../run/attempt.ts';
import { configOf } from '../run/config.ts';
import { checkProject } from '../source/check.ts';
import { logUpload } from '../source/content.ts';
import { checkRuntime, readRuntimes } from '../source/runtime.ts';
import { checkSettings, tellDetached } from './checks.ts';
import { sourceContent } from './content.ts';
import { meetRunning } from './meet-running.ts';
import type { SourcePorts } from './world.ts';

/** Functions from source, built by Cloud Run's own API: no function resource belongs to them. */
export function runFunctionDriver(ports: SourcePorts): Driver {
  return {
    async prepare(run) {
      const { request, result } = run;
      const name = servicePath({ ...request, name: likelyService(request.name) });
      const own = { ...ports, log: run.ports.log };
      const [found, tree, runtimes] = await Promise.all([
        ports.services.get(name, request.signal),
        ports.sources.scan(request.sourceDir, request.signal),
        readRuntimes(ports.functions, request, request.signal),
      ]);
      const { service, made, joins } = await meetRunning(run, own, found, tree.sha256);
      checkSettings(request, service);
      result.content = { rules: tree.rules, files: tree.files };
      if (service) tellDetached(run, service);
      const config = service && configOf(service);
      checkRuntime({ ports: own, request, result }, config, runtimes, { refuses: false });
      checkProject(own.log, request, config, tree);
      const logContent = () => logUpload(own.log, request.sourceDir, tree);
      const content = sourceContent(own, { request, service, tree, made });
      return attemptOf({ run, ports: own, name, service, content, logContent, joins });
    },
  };
}
