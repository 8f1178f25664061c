import type { InlineSpec } from './inline.ts';
import type { Instance } from './instance.ts';
import type { Size } from './landscape.ts';

export interface InstanceOptions {
  revision: string;
  env: Record<string, string>;
  maxRequests: number;
  /** What the revision has, for an image whose speed depends on it. */
  size?: Size;
  onLine(stream: 'stdout' | 'stderr', line: string): void;
  /** The port on which the container must listen. Cloud Run's default is 8080. */
  port?: number;
  /** What replaces the entrypoint, the arguments and the working folder of the image. */
  command?: readonly string[] | undefined;
  args?: readonly string[] | undefined;
  workingDir?: string | undefined;
  startTimeoutMs?: number;
}

/** A built or a pulled image, which can create the instance of a revision. */
export interface Image {
  inline: InlineSpec | undefined;
  instantiate(options: InstanceOptions): Instance;
}
