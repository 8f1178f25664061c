import type { PostureRule } from '../../../../src/domain/findings/rules/posture.ts';
import type { State } from '../../../../src/domain/posture/row.ts';
import type { PostureChange } from '../../../support/posture-facts.ts';

/** One posture: what is changed in the good facts, and how one row then stands. */
export interface Case {
  id: PostureRule;
  name: string;
  state: State;
  change: PostureChange;
  /** What a hole, or what was seen, has to say. */
  says?: RegExp;
  severity?: string;
  permission?: string;
}

export const casesOf =
  (id: PostureRule) =>
  (
    name: string,
    state: State,
    change: PostureChange,
    more: Partial<Pick<Case, 'says' | 'severity' | 'permission'>> = {},
  ): Case => ({
    ...{ id, name, state, change },
    ...more,
  });
