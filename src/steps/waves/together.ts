import type { Decision } from '../../domain/evidence/decide.ts';
import type { Phase } from '../../domain/evidence/state.ts';
import { badWords, type Objective } from '../../domain/slo/objective.ts';
import { countText, percentText } from '../../domain/text/numbers.ts';
import { andList } from '../../domain/text/sentence.ts';
import type { Waves } from '../../domain/waves/regions.ts';
import {
  bookLook,
  startWaves,
  type WaveEvidence,
  type WaveStanding,
} from '../../domain/waves/wave-evidence.ts';
import type { WatchRequest } from '../watch/request.ts';

type Together = NonNullable<WatchRequest['together']>;

/** The chance of taking back a healthy release, for all of its regions together. */
export const releaseAlpha = 0.001;

/**
 * What the regions of a release decide together. Each region has a watch of its own, which asks here at every look. A failure
 * takes the evidence of all regions; a pass takes the pass of every region of the wave.
 */
export class WatchTogether {
  readonly #waves: Waves;
  readonly #objectives: readonly Objective[];
  readonly #rule: WatchRequest['rule'];
  #evidence: WaveEvidence | undefined;
  #failed: WaveStanding['failed'];
  /** The regions whose own watch would pass at its present step. */
  readonly #passing = new Set<string>();
  /** Regions that have seen the failure of another one. */
  readonly #waited = new Set<string>();
  /** Regions that nobody waits for. */
  readonly #left = new Set<string>();

  constructor(waves: Waves, judged: Pick<WatchRequest, 'objectives' | 'rule'>) {
    this.#waves = waves;
    this.#objectives = judged.objectives;
    this.#rule = judged.rule;
  }

  /** The regions that the evidence names, once it has failed the release. Empty if the fault may be in any of them. */
  get named(): readonly string[] | undefined {
    return this.#failed?.named;
  }

  /** A region begins a step, so what it has proved at the step before does not count for this one. */
  begins(region: string): void {
    this.#passing.delete(region);
  }

  leaves(region: string): void {
    this.#left.add(region);
  }

  of(region: string, phase: Phase): Together {
    const rule = this.#rule;
    return (look, state, own) => {
      // A classical rule has no evidence that could be mixed, so each region decides for itself.
      if (rule !== undefined && rule.kind !== 'evidence') return this.#passTogether(region, own, look.ended);
      this.#evidence ??= startWaves(this.#waves, { ...state.plan, alpha: releaseAlpha });
      const poll = { seconds: look.seconds, phase, cells: look.cells };
      const standing = bookLook(this.#evidence, region, { poll, own: state.evidence });
      this.#failed ??= standing.failed;
      // 4xx have a part of alpha of their own in every region. They hold nothing back that is proved bad elsewhere.
      if (own.clientErrors === 'worse' || (own.clientErrors && !this.#failed)) return own;
      if (this.#failed && this.#isTaken(region, this.#failed, look.ended))
        return {
          ...undecided(own),
          kind: 'fail',
          blame: this.#failed.phase === 'split' ? 'release' : 'unknown',
          test: this.#failed.test,
        };
      if (this.#failed || own.kind === 'fail' || (own.kind === 'pass' && standing.doubt)) {
        this.#passing.delete(region);
        return own.platform ? own : undecided(own);
      }
      return this.#passTogether(region, own, look.ended);
    };
  }

  /**
   * The regions that are named go back first. Another one gives them one look of time: they may watch no more, because their own step is
   * over, and then nobody else would take the release back.
   */
  #isTaken(region: string, { named }: NonNullable<WaveStanding['failed']>, ended: boolean): boolean {
    if (named.length === 0 || named.includes(region) || ended || this.#waited.has(region)) return true;
    this.#waited.add(region);
    return false;
  }

  /** A region that has passed goes on watching until the others of its wave have passed too, or its time is over. */
  #passTogether(region: string, own: Decision, ended: boolean): Decision {
    if (own.kind !== 'pass') {
      this.#passing.delete(region);
      return own;
    }
    this.#passing.add(region);
    const wave = this.#waves.find((regions) => regions.includes(region)) ?? [];
    const all = wave.every((other) => this.#left.has(other) || this.#passing.has(other));
    return all || ended ? own : undecided(own);
  }

  /** Why the release fails, if this region's own counts do not say it. */
  reason(region: string): string | undefined {
    const failed = this.#failed;
    const evidence = this.#evidence;
    if (!failed || !evidence || failed.named.includes(region)) return undefined;
    if (failed.named.length > 0)
      return `The evidence of all regions proves that ${andList(failed.named)} ${failed.named.length === 1 ? 'fails' : 'fail'}.`;
    const index = this.#waves.findIndex((regions) => regions.includes(region));
    const pool = evidence.pools[index];
    const test = pool?.tests[failed.test];
    const spec = evidence.plan.tests[failed.test];
    if (test === undefined || spec === undefined) return undefined;
    const { kind = 'availability' } = this.#objectives.find(({ id }) => id === spec.objective) ?? {};
    const { total, bad } = failed.phase === 'full' ? test.candidateFull : test.candidate;
    return `${countText(bad)} of ${countText(total)} requests ${badWords[kind].were} in ${this.#waves[index]?.length} regions together (${percentText(bad / Math.max(1, total))}). The objective allows ${percentText(spec.limit)}. In which of them the fault is, is not proved.`;
  }
}

const undecided = (own: Decision): Decision => ({
  ...own,
  ...{ kind: 'undecided', blame: 'none', test: undefined, platform: false, clientErrors: undefined },
});
