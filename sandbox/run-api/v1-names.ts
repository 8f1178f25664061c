const ingressNames: Readonly<Record<string, string>> = {
  INGRESS_TRAFFIC_ALL: 'all',
  INGRESS_TRAFFIC_INTERNAL_ONLY: 'internal',
  INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER: 'internal-and-cloud-load-balancing',
};

/** The name of an ingress setting in v1. */
export const ingressName = (value: string): string => ingressNames[value] ?? 'all';

/** The value of v2 for a name of v1. Undefined if there is no such setting. */
export const ingressOf = (name: string): string | undefined =>
  Object.keys(ingressNames).find((key) => ingressNames[key] === name);

/** gcloud writes some annotations as Python writes a boolean (`True`, recorded in test/peers/recordings). */
export const isTrue = (annotation: unknown): boolean => String(annotation).toLowerCase() === 'true';
