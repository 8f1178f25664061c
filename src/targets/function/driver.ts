import type { JsonObject } from '../../domain/data/json.ts';
import { functionPath } from '../../domain/data/resource-name.ts';
import { ReleaseError } from '../../domain/errors/errors.ts';
import type { Attempt, Driver } from '../../steps/deploy/ports.ts';
import type { FunctionOperation } from '../../steps/ports/functions.ts';
import { operationFailure } from '../failure.ts';
import { showLive } from '../show-live.ts';
import { checkProject } from '../source/check.ts';
import { logUpload } from '../source/content.ts';
import { checkRuntime, readRuntimes } from '../source/runtime.ts';
import { checkLive, needRuntime, tellRetry } from './checks.ts';
import { deployedFunction } from './describe.ts';
import { meetRunning } from './meet-running.ts';
import { awaitOperation } from './operation.ts';
import { digestsOf, planOf, readLive } from './state.ts';
import { type Submission, submit } from './submit.ts';
import type { FunctionPorts, FunctionRun } from './world.ts';

/** Functions of the second generation, from source, by the Functions API. */
export function functionDriver(ports: FunctionPorts): Driver {
  return {
    prepare(run) {
      const name = functionPath(run.request);
      // The log of a release prints the same details only once, so the caller's log counts.
      const own: FunctionPorts = { ...ports, log: run.ports.log };
      const sending = () => {
        run.sent = true;
      };
      const { request, result, deadline, act } = run;
      return prepare({ ports: own, name, sending, request, result, deadline, act });
    },
  };
}

async function prepare(run: FunctionRun): Promise<Attempt> {
  const { ports, request, name, result } = run;
  const { signal } = request;
  // These requests run while the folder is being read.
  const first = request.live
    ? Promise.resolve(request.live.deployed?.config)
    : ports.functions.get(name, signal);
  const runtimes = readRuntimes(ports.functions, request, signal);
  first.catch(() => undefined);
  const tree = await ports.sources.scan(request.sourceDir, signal);
  const read = await readLive(ports, request, first);
  checkLive(request, read);
  result.sourceSha256 = tree.sha256;
  result.content = { rules: tree.rules, files: tree.files };

  const digests = digestsOf(ports, request, tree);
  const { live, ours } = await meetRunning(run, read, digests);
  const deployed = live.function && deployedFunction(live.function);
  showLive(run, deployed, live.service);
  needRuntime(request, live);
  checkRuntime(run, live.function, await runtimes, { refuses: true });
  tellRetry(run, live);
  checkProject(ports.log, request, live.function, tree);
  const plan = planOf(request, live, tree, digests);
  return {
    plan,
    live: deployed,
    service: live.service,
    ours: ours && { operation: ours.name || undefined },
    logContent: () => logUpload(ports.log, request.sourceDir, tree),
    ...changing(run, { live, plan, tree, digests }, ours),
  };
}

function changing(
  run: FunctionRun,
  submission: Submission,
  ours: FunctionOperation | undefined,
): Pick<Attempt, 'begin' | 'end' | 'read' | 'setIngress'> {
  const { ports, request, name } = run;
  let operation = ours;
  /** The revision that the operation has made, if it says so. The function itself may describe that of a later deploy. */
  let made: string | undefined;
  const read = async () => {
    const fn = await ports.functions.get(name, request.signal);
    const deployed = fn && deployedFunction(fn);
    return deployed && { ...deployed, revision: made ?? deployed.revision };
  };
  const end = async (begun: FunctionOperation) => {
    const ended = await awaitOperation(ports, begun, run.deadline, request.signal);
    if (ended.error) throw await operationFailure(ports, request, ended);
    return ended.revision;
  };
  return {
    begin: async () => {
      const begun = operation ? { operation, joined: true } : await submit(run, submission);
      operation = begun.operation;
      return { operation: operation.name || undefined, joined: begun.joined };
    },
    end: async () => {
      if (operation) made = await end(operation);
    },
    read,
    setIngress: async (wanted) => {
      await end(await updateIngress(run, wanted));
      return read();
    },
  };
}

async function updateIngress(
  { ports, request, name }: FunctionRun,
  wanted: string,
): Promise<FunctionOperation> {
  const body: JsonObject = { serviceConfig: { ingressSettings: wanted } };
  const mask = ['serviceConfig.ingressSettings'];
  const begun = await ports.functions.update(name, body, mask, request.signal);
  if (begun !== 'conflict') return begun;
  throw new ReleaseError('deploy-conflict', {
    what: `The ingress of ${request.name} was not set to ${wanted}: another deploy started at the same moment.`,
    fix: 'Run the job again.',
  });
}
