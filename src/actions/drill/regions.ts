import { resolve } from 'node:path';
import type { CapacityFile } from '../../domain/capacity/file.ts';
import { likelyService, servicePath } from '../../domain/data/resource-name.ts';
import { ReleaseError } from '../../domain/errors/errors.ts';
import { openToPublic } from '../../gcp/run/open-to.ts';
import { createServices } from '../../gcp/run/services.ts';
import type { Context } from '../../runner/context.ts';
import { readRegularFile } from '../../runner/regular-file.ts';
import type { RegionsPorts, RegionsRequest } from '../../steps/drill/regions.ts';
import type { Platform } from '../login/platform.ts';
import type { AskedRegions } from './inputs.ts';

/** The measurement that the input names. */
async function readCapacity(
  { env }: Pick<Context, 'env'>,
  shown: string | undefined,
): Promise<CapacityFile | undefined> {
  if (shown === undefined) return undefined;
  // The schema is loaded only if there is a file.
  const { readCapacityFile } = await import('../../domain/capacity/file.ts');
  const read = readCapacityFile(readRegularFile(resolve(env.GITHUB_WORKSPACE || '.', shown)));
  if ('file' in read) return read.file;
  throw new ReleaseError('input-invalid', {
    what: `capacity_file: ${shown} ${read.problem}.`,
    fix: 'Give the file that actions/capacity wrote.',
  });
}

/** What the comparison of two regions needs. */
export async function openRegions(
  context: Pick<Context, 'env'>,
  { rest, projectId: project }: Platform,
  { name, first, second, needed, capacityFile }: AskedRegions,
): Promise<{ ports: RegionsPorts; request: Omit<RegionsRequest, 'signal'> }> {
  const measured = await readCapacity(context, capacityFile);
  const at = (region: string) => ({
    region,
    service: servicePath({ project, region, name: likelyService(name) }),
  });
  return {
    ports: { services: createServices(rest), openTo: openToPublic(rest) },
    request: { first: at(first), second: at(second), load: { needed, measured } },
  };
}
