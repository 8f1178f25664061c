import { fingerprint } from '../../data/fingerprint.ts';
import { slug } from '../../product.ts';

/** The labels by which everything of one SLO is known again. Nothing without them is ever changed. */
export const ownerLabel = 'managed_by';
export const sloLabel = `${slug}_slo`;
export const partLabel = `${slug}_part`;

export const ownLabels = (slo: string): Record<string, string> => ({ [ownerLabel]: slug, [sloLabel]: slo });
export const isOwn = (labels: Record<string, string>, slo: string): boolean =>
  labels[ownerLabel] === slug && labels[sloLabel] === slo;
/** The name under which a policy is known: its label, which stays if people rename the policy. */
export const partOf = (labels: Record<string, string>): string | undefined => labels[partLabel];

/** Google takes at most 63 characters of a-z, 0-9 and hyphens. */
const mostId = 63;

/** A name that has to be cut ends with a fingerprint, because two long ones may begin the same. */
export function serviceId(slo: string): string {
  const whole = `${slug}-${slo}`;
  if (whole.length <= mostId) return whole;
  const end = `-${fingerprint(slo)}`;
  return `${whole.slice(0, mostId - end.length).replace(/-+$/, '')}${end}`;
}

export const objectiveName = (project: string, slo: string, objective: string): string =>
  `projects/${project}/services/${serviceId(slo)}/serviceLevelObjectives/${objective}`;
