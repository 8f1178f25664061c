import type { Finding } from '../findings/finding.ts';
import { type Freeze, freezeFix, freezeText, frozenAt } from './freeze.ts';
import type { FreezeWindow } from './window.ts';

export interface FreezeRules {
  windows: readonly FreezeWindow[];
  /** Why a release goes on all the same. */
  override: string | undefined;
}

export interface FreezeJudgement {
  /** True if the release may not begin. */
  blocks: boolean;
  /** What was decided and why, in one or two sentences. */
  reason: string;
  finding: Finding;
  evidence: Freeze;
}

/** Whether a release may begin at a moment. Undefined outside of all windows. */
export function judgeFreeze({ windows, override }: FreezeRules, now: number): FreezeJudgement | undefined {
  const freeze = frozenAt(windows, now);
  if (!freeze) return undefined;
  const text = freezeText(freeze);
  if (override === undefined)
    return {
      blocks: true,
      reason: text,
      finding: { rule: 'release-frozen', severity: 'high', title: text, fix: freezeFix(freeze) },
      evidence: freeze,
    };
  const reason = `${text} It goes on all the same, because freeze_override is set: ${override}`;
  return {
    blocks: false,
    reason,
    finding: { rule: 'release-frozen', severity: 'medium', title: reason },
    evidence: { ...freeze, override },
  };
}
