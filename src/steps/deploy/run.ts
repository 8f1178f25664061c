import type { DeployPorts, DeployRequest, DeployResult, DeployRun } from './ports.ts';

/** The state of a deploy that has done nothing yet. The driver fills in what it reads. */
export function startRun(ports: DeployPorts, request: DeployRequest): DeployRun {
  const result: DeployResult = {
    verdict: 'inconclusive',
    reason: '',
    revision: undefined,
    previousRevision: undefined,
    service: undefined,
    url: undefined,
    operation: undefined,
    sourceSha256: '',
    image: undefined,
    traffic: [],
    unchanged: false,
    created: false,
    joined: false,
    plan: {
      action: 'update',
      changes: [],
      source: { before: undefined, after: '', changed: true, files: 0, bytes: 0 },
      mask: [],
      message: {},
      service: [],
      iam: [],
    },
    findings: [],
    exposure: undefined,
    repaired: [],
    deployed: undefined,
    content: undefined,
    actions: [],
  };
  return {
    ports,
    request,
    deadline: ports.clock.steady() + request.deadlineSeconds * 1000,
    result,
    sent: false,
    held: undefined,
    act: (what) => {
      result.actions.push({ at: new Date(ports.clock.now()).toISOString(), what });
      ports.log.debug(`Changed: ${what}`);
    },
  };
}
