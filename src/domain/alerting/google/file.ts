import { product } from '../../product.ts';
import type { Managed } from '../managed.ts';
import type { AlertingRequest, MadeFile } from '../request.ts';

/** The resources as a file, for a review or for another tool that sends them. */
export const googleFile = ({ slo }: AlertingRequest, wanted: readonly Managed[]): MadeFile => ({
  name: `${slo}.cloud-monitoring.json`,
  text: `${JSON.stringify({ comment: `Made by ${product} from the SLO ${slo}.`, resources: wanted }, null, 2)}\n`,
});
