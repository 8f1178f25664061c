import type { ReleaseRun } from '../../steps/release/run.ts';

/** What other steps read of one region's release. */
export const outputsOf = (run: ReleaseRun) => ({
  url: run.live.address ?? run.live.url,
  revision: run.candidate ?? run.found.before?.revision,
  previous_revision: run.found.before?.revision,
  traffic: JSON.stringify(run.live.serving),
  exposure: run.exposure,
});
