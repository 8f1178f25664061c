import { product } from '../product.ts';
import type { Managed } from './managed.ts';
import type { AlertingRequest, MadeFile } from './request.ts';

/** The resources of a system as a file, for a review or for another tool that sends them. */
export const resourcesFile = (
  { slo }: AlertingRequest,
  system: string,
  resources: readonly Managed[],
): MadeFile => ({
  name: `${slo}.${system}.json`,
  text: `${JSON.stringify({ comment: `Made by ${product} from the SLO ${slo}.`, resources }, null, 2)}\n`,
});
