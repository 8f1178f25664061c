import { escapeRegExp } from '../../src/domain/data/escape-regexp.ts';
import type { CheckRow } from '../../src/domain/preflight/row.ts';
import type { Report } from '../../src/domain/report/report.ts';
import { isLook, pasteGrant } from '../support/paste-grant.ts';
import type { Story } from './stories.ts';
import { type Given, keepPolicies, take } from './take.ts';
import type { PermissionWorld, Tried } from './world.ts';

/** How a story ended without one thing that `init` gave, and after its repair. */
export interface Lack {
  story: string;
  /** Something names the permission (or the role of a grant) together with the resource. */
  named: boolean;
  commands: readonly string[];
  ended: string;
  /** The end of the same story after the printed commands. Undefined if none was printed. */
  repaired?: string;
  /** The repair is printed again after it was pasted. */
  still?: boolean;
}

/** How a run ended, as far as two runs of one story are compared. */
export const endOf = ({ exitCode, report }: Tried): string =>
  `${exitCode} ${report.outcome ?? report.verdict}`;

/** Everything of a report that may name what is missing: errors, findings, and the rows of a preflight and of a doctor. */
function saidBy({
  errors,
  findings,
  evidence,
  reason,
}: Report): { text: string; commands: readonly string[] }[] {
  const { preflight, doctor } = evidence as {
    preflight?: { rows: CheckRow[] };
    doctor?: { checks: object[] };
  };
  const missing = preflight?.rows.filter(({ state }) => state === 'missing') ?? [];
  const told = [...errors, ...findings].map((one) => ({
    text: JSON.stringify(one),
    commands: one.commands ?? [],
  }));
  const rows = [...missing, ...(doctor?.checks ?? []), reason];
  return [...told, ...rows.map((row) => ({ text: JSON.stringify(row), commands: [] }))];
}

/** Does a text name a permission (or the role that was granted), and on what? */
function isNamed({ cloud }: PermissionWorld, { permissions, role, resource }: Given, text: string): boolean {
  const on = resource?.split('/').at(-1) ?? cloud.sandbox.project;
  const names = resource === undefined ? permissions : [role, ...permissions];
  // `iam.serviceAccounts.get` is not meant by `iam.serviceAccounts.getIamPolicy`.
  const isSaid = (name: string) => new RegExp(`${escapeRegExp(name)}(?!\\w|\\.\\w)`).test(text);
  return names.some(isSaid) && text.includes(on);
}

/** Runs a story without one thing, and once more after the commands that are then printed. */
export async function without(world: PermissionWorld, story: Story, given: Given): Promise<Lack> {
  const run = async (commands: readonly string[]) => {
    // What a story opens stays open if it may not close it, so the policies of before come back.
    const asBefore = keepPolicies(world);
    await story.prepare?.(world);
    const giveBack = take(world, given);
    try {
      for (const command of commands) pasteGrant(world.cloud.sandbox, command);
      const tried = await story.run(world);
      const said = saidBy(tried.report).filter(({ text }) => isNamed(world, given, text));
      return { tried, said };
    } finally {
      giveBack();
      asBefore();
    }
  };
  const { tried, said } = await run([]);
  const commands = [...new Set(said.flatMap((one) => one.commands))];
  const lack = {
    ...{ story: `${story.action}: ${story.what}`, named: said.length > 0, commands },
    ended: endOf(tried),
  };
  if (commands.every(isLook)) return lack;
  const after = await run(commands);
  const again = after.said.flatMap((one) => one.commands);
  return { ...lack, repaired: endOf(after.tried), still: commands.some((one) => again.includes(one)) };
}
