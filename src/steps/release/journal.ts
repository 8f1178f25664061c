import type { Finding } from '../../domain/findings/finding.ts';
import type { SegmentFacts } from '../../domain/release/facts.ts';
import type { GuardLook, ReleaseEvidence } from '../../domain/report/evidence.ts';
import type { ActionTaken } from '../../domain/report/report.ts';
import { sameAllocation, type Traffic } from '../../domain/traffic/traffic.ts';
import type { Clock } from '../ports/clock.ts';
import type { ReleaseObserver, StageEntry } from './ports.ts';

/** A moment when the candidate's traffic changed: milliseconds since the epoch, and its percent from then on. */
export interface Mark {
  at: number;
  percent: number;
}

/** What happened during a release, in order. Entries are only ever added. */
export class Journal {
  readonly #clock: Clock;
  readonly #observer: ReleaseObserver;
  readonly #findings: Finding[] = [];
  readonly #warnings: string[] = [];
  readonly #stages: StageEntry[] = [];
  readonly #segments: SegmentFacts[] = [];
  readonly #marks: Mark[] = [];
  readonly #actions: ActionTaken[] = [];
  readonly #errors: unknown[] = [];
  readonly #sent: Traffic[] = [];
  #evidence: ReleaseEvidence = {};

  constructor(clock: Clock, observer: ReleaseObserver) {
    this.#clock = clock;
    this.#observer = observer;
  }

  get findings(): readonly Finding[] {
    return this.#findings;
  }
  get warnings(): readonly string[] {
    return this.#warnings;
  }
  get stages(): readonly StageEntry[] {
    return this.#stages;
  }
  get segments(): readonly SegmentFacts[] {
    return this.#segments;
  }
  get marks(): readonly Mark[] {
    return this.#marks;
  }
  get actions(): readonly ActionTaken[] {
    return this.#actions;
  }
  get errors(): readonly unknown[] {
    return this.#errors;
  }
  /** Every traffic array that was sent, even if no response came. Live traffic that equals one of them is ours. */
  get sent(): readonly Traffic[] {
    return this.#sent;
  }
  get evidence(): Readonly<ReleaseEvidence> {
    return this.#evidence;
  }

  find(findings: readonly Finding[] = []): void {
    this.#findings.push(...findings);
  }

  /** Adds the findings that are not there yet: two looks at the same thing make one finding. */
  findNew(findings: readonly Finding[] = []): void {
    const known = new Set(this.#findings.map(({ rule, title }) => `${rule} ${title}`));
    this.find(findings.filter(({ rule, title }) => !known.has(`${rule} ${title}`)));
  }

  warn(text: string): void {
    this.#warnings.push(text);
  }

  /** Adds a change that the release made in the cloud. */
  act(what: string, kind?: ActionTaken['kind']): void {
    this.#actions.push({ at: new Date(this.#clock.now()).toISOString(), what, kind });
  }

  fail(error: unknown): void {
    this.#errors.push(error);
  }

  /** Adds a stage that ends now, for the log and the timeline. */
  stage(entry: Omit<StageEntry, 'endedAt'>): void {
    const whole: StageEntry = { ...entry, endedAt: this.#clock.now() };
    this.#stages.push(whole);
    this.#observer.stage(whole);
  }

  segment(facts: SegmentFacts): void {
    this.#segments.push(facts);
  }

  mark(percent: number): void {
    this.#marks.push({ at: this.#clock.now(), percent });
  }

  send(traffic: Traffic): void {
    if (!this.#sent.some((sent) => sameAllocation(sent, traffic))) this.#sent.push(traffic);
  }

  /** Adds evidence of stages. A later look at the same thing replaces the earlier one. */
  show(evidence: Partial<ReleaseEvidence>): void {
    this.#evidence = { ...this.#evidence, ...evidence };
  }

  look(guard: GuardLook): void {
    this.show({ guard: [...(this.#evidence.guard ?? []), guard] });
  }
}
