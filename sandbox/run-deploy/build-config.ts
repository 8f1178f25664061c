import { invalidArgument } from '../core/errors.ts';
import type { World } from '../core/state.ts';

/** google.cloud.run.v2.BuildConfig as JSON. */
export interface BuildConfig {
  name?: string;
  sourceLocation?: string;
  functionTarget?: string;
  imageUri?: string;
  baseImage?: string;
  enableAutomaticUpdates?: boolean;
  workerPool?: string;
  environmentVariables?: Record<string, string>;
  serviceAccount?: string;
  [field: string]: unknown;
}

export const SOURCE = /^gs:\/\/([^/]+)\/([^#]+)(?:#(\d+))?$/;

export function checkBuildConfig(_world: World, config: BuildConfig | undefined): void {
  if (config && !SOURCE.test(config.sourceLocation ?? ''))
    throw invalidArgument(
      `build_config.source_location: '${config.sourceLocation ?? ''}' must be gs://BUCKET/OBJECT.`,
      [{ field: 'service.build_config.source_location', description: 'Invalid Cloud Storage URI' }],
    );
}

/** True if something that decides about the image has changed. */
export function needsBuild(_world: World, before: BuildConfig | undefined, after: BuildConfig): boolean {
  const { name: _, ...old } = before ?? {};
  const { name: __, ...next } = after;
  return JSON.stringify(Object.entries(old).sort()) !== JSON.stringify(Object.entries(next).sort());
}
