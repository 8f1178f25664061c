import type { OwnValues } from '../../domain/inputs/definition.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { UsageError } from '../words/find-verb.ts';
import { flagName } from '../words/flag-names.ts';
import { setupFlags } from './flags.ts';

export type SetupValues = OwnValues<typeof setupFlags>;

type Asked = 'project_id' | 'region' | 'name' | 'repo' | 'runtime' | 'image';

/**
 * The answers without which nothing can be planned. A person at a terminal is asked for what is missing; elsewhere every
 * missing answer is a problem that names its flag.
 */
export async function answered(
  given: Readonly<Partial<Record<Asked, string | undefined>>>,
  needed: readonly Asked[],
  terminal: Pick<Terminal, 'ask' | 'canAsk'>,
): Promise<Partial<Record<Asked, string>>> {
  const answers: Partial<Record<Asked, string>> = {};
  for (const [name, value] of Object.entries(given)) if (value !== undefined) answers[name as Asked] = value;
  const problems: string[] = [];
  for (const name of needed) {
    if (answers[name] !== undefined) continue;
    const { sentence, example, kind } = setupFlags[name];
    const text = terminal.canAsk ? await terminal.ask(`${sentence} (such as ${example}): `) : undefined;
    if (!text) problems.push(`${flagName(name)}: missing, expected ${kind.expected}`);
    else
      try {
        answers[name] = kind.parse(text);
      } catch (error) {
        problems.push(`${flagName(name)}: ${(error as Error).message}`);
      }
  }
  if (problems.length > 0) throw new UsageError(problems, 'init');
  return answers;
}
