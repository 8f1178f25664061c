import { messageOf } from '../../domain/errors/errors.ts';
import { type AliasResult, decideAlias } from '../../domain/model/alias.ts';
import type { ReleaseRecord } from '../../domain/traffic/record.ts';
import type { ModelAliases } from '../ports/model.ts';
import { type SeePorts, seeNow } from './see.ts';

export interface FollowPorts extends SeePorts {
  aliases: ModelAliases;
}

export interface FollowRequest {
  /** projects/P/locations/L/services/S */
  service: string;
  alias: string;
  /** The versions from which the alias may be taken, by the record as it is now. */
  mayLeave(record: ReleaseRecord | undefined): readonly (string | undefined)[];
  signal?: AbortSignal | undefined;
}

/** After a write traffic and alias are read again. Somebody who moves one of them each time is left to it. */
const mostRounds = 4;

/**
 * Makes the alias name the version that serves. No registry here takes a condition with the write: whoever moves the alias between
 * our read and our write is overwritten. What is written is read again, together with the traffic, so that two runs that write at
 * the same time end with what serves. Never throws.
 */
export async function followAlias(ports: FollowPorts, request: FollowRequest): Promise<AliasResult> {
  const { aliases } = ports;
  const { alias, signal } = request;
  let from: string | undefined;
  let moved: string | undefined;
  let wanted: string | undefined;
  const result = (did: AliasResult['did'], now: string | undefined, reason: string): AliasResult => ({
    ...{ alias, did, from, now, wanted, reason },
    command: wanted !== undefined && now !== wanted ? aliases.command(alias, wanted) : undefined,
  });
  try {
    for (let round = 1; ; round++) {
      const [seen, current] = await Promise.all([
        seeNow(ports, request.service, signal),
        aliases.read(alias, signal),
      ]);
      if (round === 1) from = current;
      const serving = seen.carried && aliases.versionOf(seen.carried.reference);
      wanted = serving;
      const mayLeave = moved === undefined ? request.mayLeave(seen.record) : [moved];
      const decision = decideAlias({ serving, current, mayLeave, open: seen.open });
      if (decision.do === 'stands')
        return moved === undefined
          ? result('stands', current, `the alias ${alias} names version ${current}, which serves`)
          : result('moved', current, `the alias ${alias} moved ${fromText(from)}to version ${current}`);
      if (decision.do === 'leave') {
        wanted = decision.to;
        return result('left', current, `the alias ${alias} was left alone: ${decision.why}`);
      }
      if (round >= mostRounds)
        return result(
          'failed',
          current,
          `the alias ${alias} was moved by others after each of ${round - 1} writes`,
        );
      moved = decision.to;
      await aliases.move(alias, decision.to, signal);
    }
  } catch (error) {
    return result(
      'failed',
      undefined,
      `the alias ${alias} could not be moved: ${messageOf(error).replace(/\.$/, '')}`,
    );
  }
}

const fromText = (from: string | undefined) => (from === undefined ? '' : `from version ${from} `);
