import type { TargetKind } from '../deploy/kind.ts';
import type { ReleaseRecord } from '../traffic/record.ts';

/** A revision that gets requests or has a tag. */
export interface ServingRevision {
  name: string;
  /** Percent of the requests. */
  percent: number;
  tags: readonly string[];
  /** RFC 3339; empty if the revision could not be read. */
  created: string;
  /** The model that it carries, by its exact version. */
  model?: string | undefined;
  state: 'ready' | 'starting' | 'failed' | 'gone';
  /** What the revision is to the release: the new one, the one before it, or the last one proved good. */
  role?: 'candidate' | 'before' | 'stable' | undefined;
}

/** What the record of the last release says about now. */
export type ReleaseState =
  /** No release has left a record. */
  | { kind: 'none' }
  /** The record is of another version, or broken. */
  | { kind: 'unreadable'; why: string }
  /** The last release has ended. */
  | { kind: 'ended'; record: ReleaseRecord }
  /** A release is under way, or was left behind by a job that died. */
  | { kind: 'open'; record: ReleaseRecord; run: 'alive' | 'over' | 'unknown'; waits: string };

/** What serves, and what is under way. */
export interface Status {
  project: string;
  region: string;
  name: string;
  kind: TargetKind;
  /** projects/P/locations/L/services/S */
  service: string;
  url: string;
  /** True if the newest ready revision gets the traffic by itself. */
  followsLatest: boolean;
  revisions: readonly ServingRevision[];
  /** A revision that was made last, and gets no requests. */
  latest?: string | undefined;
  /** A build or deploy is under way. */
  building: boolean;
  release: ReleaseState;
}

/** What a person has to do; undefined if everything is in order. */
export function needsPerson({ revisions, release }: Status): string | undefined {
  const serving = revisions.filter(({ percent }) => percent > 0);
  if (serving.length === 0) return 'nothing gets the requests';
  const dead = serving.find(({ state }) => state === 'failed' || state === 'gone');
  if (dead)
    return `${dead.name} gets ${dead.percent} % of the requests and ${dead.state === 'gone' ? 'is gone' : 'failed to start'}`;
  if (release.kind === 'unreadable') return `the record cannot be read: ${release.why}`;
  if (release.kind !== 'open') return undefined;
  if (release.record.phase === 'held') return 'a release is held: a person must decide';
  if (release.run === 'over') return 'a release was left unfinished by its job';
  return undefined;
}
