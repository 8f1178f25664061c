import { ApiError } from './types.ts';

/** Locations of Cloud Functions, 2nd generation (cloud.google.com/functions/docs/locations, November 2026). */
export const allLocations: readonly string[] = (
  'africa-south1 asia-east1 asia-east2 asia-northeast1 asia-northeast2 asia-northeast3 asia-south1 asia-south2 asia-southeast1 ' +
  'asia-southeast2 australia-southeast1 australia-southeast2 europe-central2 europe-north1 europe-southwest1 europe-west1 ' +
  'europe-west10 europe-west12 europe-west2 europe-west3 europe-west4 europe-west6 europe-west8 europe-west9 me-central1 ' +
  'me-central2 me-west1 northamerica-northeast1 northamerica-northeast2 southamerica-east1 southamerica-west1 us-central1 ' +
  'us-east1 us-east4 us-east5 us-south1 us-west1 us-west2 us-west3 us-west4'
).split(' ');
const locations = new Set(allLocations);

/** Refuses a location that does not exist as Google does, which does not say whether it exists. `-` stands for all. */
export function requireLocation(location = ''): void {
  if (location === '-' || locations.has(location)) return;
  throw new ApiError(
    403,
    'PERMISSION_DENIED',
    `Permission denied on 'locations/${location}' (or it may not exist).`,
  );
}
