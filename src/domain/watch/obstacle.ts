/** What keeps a watch from judging: it cannot read the counts, or the traffic looks wrong. */
export type Obstacle =
  | Unreadable
  /** The source answers, but shows nothing new. */
  | { kind: 'stale' }
  /** The traffic looks wrong, for example because requests vanish on the way to the candidate. */
  | { kind: 'traffic'; message: string };

/** `role` is the grant that is missing, and the commands repair it, if the source refused. */
export interface Unreadable {
  kind: 'unreadable';
  message: string;
  role: string | undefined;
  why?: string | undefined;
  fix?: string | undefined;
  commands?: readonly string[] | undefined;
}

/** One or more whole sentences. */
export function obstacleText(obstacle: Obstacle): string {
  if (obstacle.kind === 'traffic') return obstacle.message;
  if (obstacle.kind === 'stale')
    return 'The request counts are out of date: for minutes the source has shown nothing new.';
  return `The request counts cannot be read: ${obstacle.role ? `grant ${obstacle.role}.` : obstacle.message}`;
}
