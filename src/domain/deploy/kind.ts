/**
 * How a service is deployed: by the Functions API from source, by the Run API from source, or by the Run API from a
 * container image.
 */
export const targetKinds = ['function', 'run-function', 'run-image'] as const;
export type TargetKind = (typeof targetKinds)[number];

/** Google's label on the services of functions that the Functions API manages. `gcloud functions detach` removes it. */
export const belongsToFunctions = (labels: Readonly<Record<string, string>>): boolean =>
  labels['goog-managed-by'] === 'cloudfunctions';
