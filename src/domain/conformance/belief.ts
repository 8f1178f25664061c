import type { ProbeId } from './probes.ts';

/** Why a run of the conformance command cannot settle a belief. */
export type Obstacle =
  /** Only a job on GitHub has the token or the machine. A workflow is printed that settles it. */
  | 'github'
  /** Needs an organisation or a folder. */
  | 'organisation'
  /** The attempt could make something public, or changes what is not ours. */
  | 'unsafe'
  /** Uses up a quota that the whole project shares. */
  | 'quota'
  /** Needs a network, a key, a secret or a setting that a throw-away function does not have. */
  | 'extra'
  /** About gcloud itself, which the command does not start. */
  | 'client'
  /** Can be contradicted, but never shown. */
  | 'endless';

/** Something that we believe about Google Cloud and that Google does not document. */
export interface Belief {
  /** One or two sentences, in the present tense. */
  readonly belief: string;
  /** The value of the sandbox's quirk of the same name that stands for the belief. Without it, there is no switch. */
  readonly quirk?: boolean;
  /** What the belief rests on. */
  readonly source: string;
  /** What changes for users if it is otherwise. */
  readonly otherwise: string;
  /** How to see it by hand, with the names P, R, F and S. */
  readonly verify: string;
  /** The probe that settles it, or why none does. */
  readonly settled: { readonly by: ProbeId } | { readonly not: Obstacle; readonly why: string };
}

export type Beliefs = Readonly<Record<string, Belief>>;
