/**
 * How a service is deployed: by the Functions API from source, by the Run API from source, or by the Run API from a
 * container image.
 */
export const targetKinds = ['function', 'run-function', 'run-image'] as const;
export type TargetKind = (typeof targetKinds)[number];
