import { absent, type Observed } from '../../domain/setup/observed.ts';
import { keyOf, type Resource } from '../../domain/setup/resource.ts';
import type { SetupPlace } from './ports.ts';

export const placeOf = (places: readonly SetupPlace[], resource: Resource): SetupPlace => {
  const place = places.find(({ kinds }) => kinds.includes(resource.kind));
  if (!place) throw new Error(`Nothing reads ${resource.kind}.`);
  return place;
};

/** How many reads are under way at once. Google and GitHub slow down a caller with many more. */
const atOnce = 6;

/** Reads everything. The result answers for each resource what is there. */
export async function observeAll(
  places: readonly SetupPlace[],
  resources: readonly Resource[],
  signal?: AbortSignal,
): Promise<(resource: Resource) => Observed> {
  for (const place of places) place.begin?.();
  const found = new Map<string, Observed>();
  const queue = resources[Symbol.iterator]();
  const worker = async () => {
    for (const resource of queue) {
      signal?.throwIfAborted();
      found.set(keyOf(resource), await placeOf(places, resource).observe(resource, signal));
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return (resource) => found.get(keyOf(resource)) ?? absent;
}
