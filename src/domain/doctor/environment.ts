import type { Finding } from '../findings/finding.ts';
import { ofRule } from '../findings/of-rule.ts';
import { doctorRules } from '../findings/rules/doctor.ts';
import type { Examined } from './check.ts';

/** Which branches an environment admits (GitHub REST "Get an environment"). */
export type BranchRule =
  | { kind: 'every' }
  | { kind: 'protected' }
  | { kind: 'named'; names: readonly string[] };

/** Judges the branch rule of the environment that the job runs in. */
export function judgeEnvironment(
  repository: string,
  environment: string,
  rule: BranchRule | { kind: 'unread'; why: string },
): Examined {
  const part = 'environment' as const;
  switch (rule.kind) {
    case 'unread':
      return {
        part,
        state: 'unknown',
        text: `The branch rule of ${environment} could not be read: ${rule.why}`,
        findings: [],
      };
    case 'protected':
      return { part, state: 'ok', text: `${environment} admits protected branches only.`, findings: [] };
    case 'named':
      if (!rule.names.some((name) => /^\*{1,2}(\/\*{1,2})?$/.test(name)))
        return {
          part,
          state: 'ok',
          text: `${environment} admits ${rule.names.join(', ') || 'no branch'}.`,
          findings: [],
        };
  }
  const finding: Finding = {
    ...ofRule(doctorRules, 'doctor-branch-open'),
    about: [environment],
    title: `The environment ${environment} of ${repository} admits every branch.`,
    fix: `On GitHub, under Settings, Environments, ${environment}, set "Deployment branches and tags" to protected branches, or name the branches.`,
  };
  return { part, state: 'warn', text: finding.title, findings: [finding] };
}
