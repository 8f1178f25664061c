import type { AliasResult } from '../model/alias.ts';
import type { OutsideFact } from '../traffic/outside/facts.ts';
import type { ServingHealth } from '../watch/serving-health.ts';

/** What a rollback by hand did, as its report holds it. */
export interface RollbackEvidence {
  did:
    | 'rolled_back'
    | 'already_there'
    | 'refused'
    | 'overtaken'
    | 'planned'
    | 'nothing'
    | 'put_back'
    | 'hands_off'
    | 'wait'
    | 'hold';
  /** Short name of the revision that should get the traffic. */
  target?: string | undefined;
  /** Percent of the traffic by revision, now and before. */
  serving: readonly { revision: string; percent: number }[];
  from?: readonly { revision: string; percent: number }[] | undefined;
  kept_pin?: boolean | undefined;
  /** Milliseconds from the write until Cloud Run showed the traffic as intended. */
  took_ms?: number | undefined;
  /** The service's settings that the release had changed, with their state after the rollback. */
  outside?: readonly OutsideFact[] | undefined;
  /** What the alias of the model names at the end, if a model was named. */
  alias?: AliasResult | undefined;
  /** How the revision answered a call afterwards, in a few words. */
  alive?: string | undefined;
  /** How the revision's own requests have been doing. */
  rate?: ServingHealth | undefined;
  /** Why its requests could not be counted. */
  uncounted?: string | undefined;
}
