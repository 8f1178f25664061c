import type { Agreement } from './agree.ts';
import type { AliasResult } from './alias.ts';
import type { HistoryRow } from './history.ts';
import type { ResolvedModel } from './model.ts';
import type { TagResult } from './tags.ts';

export const modelModes = ['verify', 'history', 'settle', 'resolve'] as const;
export type ModelMode = (typeof modelModes)[number];

/** What `actions/model` found, as its report holds it. */
export interface ModelFacts {
  mode: ModelMode;
  asked: string;
  /** With `mode: resolve`. */
  resolved?: Omit<ResolvedModel, 'asked'> | undefined;
  /** The revision with all the traffic, and what it carries. */
  serving?: { revision: string; reference: string | undefined; version: string | undefined } | undefined;
  /** The alias that was looked at, and what it names now. */
  alias?: { name: string; version: string | undefined } | undefined;
  agreement?: Agreement['rows'] | undefined;
  /** What `mode: settle` did. */
  settled?: { alias: AliasResult; tags: TagResult | undefined } | undefined;
  history?: HistoryRow[] | undefined;
  /** Older rows that were left out. */
  omitted?: number | undefined;
}
