import { spanText } from '../text/span.ts';
import type { ReleaseRecord } from '../traffic/record.ts';
import { allocationText, servingAllocations } from '../traffic/serving.ts';

/** What an open release waits for, in a few words. `now` in milliseconds of the epoch. */
export function waitsFor(record: ReleaseRecord, building: boolean, now: number): string {
  const { phase, candidate = 'the new revision', watch } = record;
  const seen = watch === undefined ? '' : `, last saved ${spanText(Math.max(0, now - watch.at) / 1000)} ago`;
  const shares = allocationText(servingAllocations(record.wrote, undefined));
  switch (phase) {
    case 'building':
      return building ? 'the build of the new revision' : 'the new revision to become ready';
    case 'smoking':
      return `the smoke test of ${candidate}`;
    case 'canary':
      return `enough requests to judge ${candidate} at ${shares}${seen}`;
    case 'full':
      return `enough requests to judge ${candidate} at 100 %${seen}`;
    case 'held':
      return `a person, until ${record.expires}`;
    case 'closed':
      return 'nothing';
  }
}

/** Which run a release belongs to: its address on GitHub if the record names a repository. */
export function runOf({ repository, run, attempt }: ReleaseRecord, server: string): string {
  if (run === '') return 'a command line';
  return repository === '' ? `run ${run}, attempt ${attempt}` : `${server}/${repository}/actions/runs/${run}`;
}
