import type { ImageAnswer } from '../../domain/image/image.ts';

/** Registries of container images. */
export interface Images {
  /**
   * Finds the digest that a name means now, and whether Cloud Run can run it. What the user can repair is a value; a
   * registry that cannot be reached throws. Within one process a name means one digest: the first answer is kept.
   */
  resolve(image: string, signal?: AbortSignal): Promise<ImageAnswer>;
}
