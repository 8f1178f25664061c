import { slo } from '../../../src/actions/slo/slo.ts';
import { createContext } from '../../../src/runner/context.ts';
import { createSecrets } from '../../../src/runner/secrets.ts';

/** Runs the action in this process, as a step with these inputs in this workspace. */
export async function runSlo(
  workspace: string,
  inputs: Record<string, string> = {},
  env: Record<string, string | undefined> = {},
) {
  const given = Object.fromEntries(
    Object.entries(inputs).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]),
  );
  const lines: string[] = [];
  const say = (text: string) => void lines.push(text);
  const finished = await slo(
    createContext(
      { GITHUB_WORKSPACE: workspace, ...env, ...given },
      {
        log: { line: say, warning: say, debug: () => {}, detail: say },
        signal: new AbortController().signal,
        secrets: createSecrets(() => {}),
        saveState: () => {},
        state: () => '',
      },
    ),
  );
  return { ...finished, log: lines.join('\n') };
}
