import { isDeepStrictEqual } from 'node:util';
import { invalidArgument } from '../core/errors.ts';

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
  /** The build follows the Dockerfile of the source. Not in the proto. */
  dockerfile?: boolean;
  [field: string]: unknown;
}

export const SOURCE = /^gs:\/\/([^/]+)\/([^#]+)(?:#(\d+))?$/;

export function checkBuildConfig(config: BuildConfig | undefined): void {
  if (config && !SOURCE.test(config.sourceLocation ?? ''))
    throw invalidArgument(
      `build_config.source_location: '${config.sourceLocation ?? ''}' must be gs://BUCKET/OBJECT.`,
      [{ field: 'service.build_config.source_location', description: 'Invalid Cloud Storage URI' }],
    );
}

/** The parts that a client sends. `name` is that of the last build. */
const sent = ({ name: _, ...config }: BuildConfig) => config;

/** True if something that decides about the image has changed. */
export const needsBuild = (before: BuildConfig | undefined, after: BuildConfig): boolean =>
  before === undefined || !isDeepStrictEqual(sent(before), sent(after));
