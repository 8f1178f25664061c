import { shortName } from '../../../domain/data/resource-name.ts';
import { backText } from '../../../domain/traffic/outside/facts.ts';
import { allocationText } from '../../../domain/traffic/serving.ts';
import { maxServiceName } from '../../../domain/traffic/traffic.ts';
import type { Deployed } from '../../ports/target.ts';
import { type Settled, settle } from '../../traffic/settle.ts';
import { type PhaseResult, passed, type ReleaseRun, refused } from '../run.ts';
import type { Known } from './preflight.ts';
import { atRest, firstRelease, readBefore } from './read-before.ts';

/** Reads the function and its service, settles an earlier release, and refuses a release that cannot end well. */
export async function read(run: ReleaseRun, known: Known | undefined): Promise<PhaseResult> {
  const { ports, request } = run;
  const deployed = known ? known.deployed : await ports.target.read(ports.signal);
  if (deployed?.unfit) return refused(deployed.unfit);
  noteDeployed(run, deployed);
  const { service } = run.live;
  const tooLong = nameTooLong(service ? shortName(service) : request.place.name);
  if (tooLong) return refused(tooLong);
  if (service === undefined) return firstRelease(run, 'the function does not exist yet');
  const settled = await settle(ports, {
    service,
    purpose: 'release',
    owner: request.owner,
    waitMs: request.waitSeconds * 1000,
    dryRun: request.dryRun,
    signal: ports.signal,
  });
  if (settled.did === 'wait') {
    run.ending.yieldedTo = settled.found;
    return { event: 'yielded', reason: settled.reason };
  }
  if (settled.did === 'hold') return refused(settled.reason);
  if (settled.service === undefined) return firstRelease(run, 'the function has no service yet');
  // The release that this one waited for may have deployed, so the plan must start from the function as it is now.
  if (settled.waited) noteDeployed(run, await ports.target.read(ports.signal));
  run.found = { ...run.found, previous: settled.record };
  run.written.gateway = settled.record?.gateway;
  if (settled.did !== 'nothing' || settled.gateway) noteSettled(run, settled);
  // A dry run puts nothing back, so the traffic that a release would build on is not there yet.
  if (request.dryRun && settled.did === 'put_back') {
    run.live = { ...run.live, url: settled.service.uri, serving: settled.serving };
    return passed(`${allocationText(settled.serving)}, which a release would put back first`);
  }
  return readBefore(run, await atRest(run, settled.service));
}

function noteSettled({ journal, request }: ReleaseRun, settled: Settled): void {
  const { did, reason, serving, outside, findings, gateway } = settled;
  const when = request.dryRun ? 'A release would settle first' : 'Settled first';
  const back = backText(outside);
  const front = gateway ? `; ${gateway.reason}` : '';
  journal.warn(
    `${when}: ${reason}; ${allocationText(serving)} now${back ? `; put back: ${back}` : ''}${front}.`,
  );
  for (const what of gateway?.changed ?? []) journal.act(what);
  journal.find(gateway?.findings ?? []);
  // Only what is not as it was: this release starts from what the function has saved, and says so itself.
  journal.find(findings.filter(({ rule }) => rule.startsWith('setting-')));
  journal.show({ settled: { did, reason, shares: serving } });
}

function noteDeployed(run: ReleaseRun, deployed: Deployed | undefined): void {
  run.found = { ...run.found, describedRevision: deployed?.revision, saved: deployed?.saved };
  run.live = {
    ...run.live,
    service: deployed?.service ?? run.live.service,
    address: deployed?.url ?? run.live.address,
    kind: deployed?.kind,
    version: deployed?.version,
    updatedAt: deployed?.updatedAt,
  };
}

/** A tag and the service's name share one label of a host name. */
export function nameTooLong(service: string): string | undefined {
  if (service.length <= maxServiceName) return undefined;
  return `the service name ${service} has ${service.length} characters; with a traffic tag at most ${maxServiceName} fit (Cloud Run allows 46 for both)`;
}
