/** What Cloud Run adds to the name of a service if the deploy names no revision: `-00042-abc`. */
const generated = '[0-9]{5}-[a-z]{3}';

/**
 * Regular expressions for names of revisions, for query languages without look-ahead: a name is one of the service if it fits
 * `own` and does not fit `longer`. `ocr-worker-00001-abc` begins with `ocr-`, and is a revision of `ocr-worker`. A revision that a
 * deploy of `ocr-worker` named itself, such as `ocr-worker-blue`, cannot be told from one of `ocr` by its name.
 */
export const revisionsOf = (service: string): { own: string; longer: string } => ({
  own: `${service}-[a-z0-9-]+`,
  longer: `${service}-.+-${generated}`,
});

/** True if the name may be that of a revision of the service. */
export function isRevisionOf(service: string, name: string): boolean {
  const { own, longer } = revisionsOf(service);
  return new RegExp(`^(?:${own})$`).test(name) && !new RegExp(`^(?:${longer})$`).test(name);
}
