import { randomUUID } from 'node:crypto';
import { EOL } from 'node:os';
import { appendTo } from './write-file.ts';

/**
 * The runner's commands that every run needs. They do not use @actions/core, because loading it takes time in every run.
 * A test checks that both write the same bytes. Annotations use @actions/core.
 */
export interface Commands {
  setSecret(value: string): void;
  debug(text: string): void;
  warning(text: string): void;
  startGroup(title: string): void;
  endGroup(): void;
  setOutput(name: string, value: string): void;
  saveState(name: string, value: string): void;
  getState(name: string): string;
  exportVariable(name: string, value: string): void;
}

/** The runner decodes these three characters and takes all others as they are. */
const escaped = (text: string) => text.replace(/%/g, '%25').replace(/\r/g, '%0D').replace(/\n/g, '%0A');

export function createCommands(env: NodeJS.ProcessEnv, write: (text: string) => void): Commands {
  const command = (name: string, text: string) => write(`::${name}::${escaped(text)}${EOL}`);

  /** Writes a `name<<delimiter` block. No value can end its own block, because the delimiter is random. */
  function toFile(variable: string, name: string, value: string): void {
    const path = env[variable];
    if (!path) {
      // Outside of a runner there is no one to read it.
      if (env.GITHUB_ACTIONS === 'true') throw new Error(`the runner did not set ${variable}`);
      return;
    }
    const delimiter = `ghadelimiter_${randomUUID()}`;
    if (name.includes(delimiter) || value.includes(delimiter))
      throw new Error('a value contains its own delimiter');
    appendTo(path, `${name}<<${delimiter}${EOL}${value}${EOL}${delimiter}${EOL}`);
  }

  return {
    setSecret: (value) => command('add-mask', value),
    debug: (text) => command('debug', text),
    warning: (text) => command('warning', text),
    startGroup: (title) => command('group', title),
    endGroup: () => command('endgroup', ''),
    setOutput: (name, value) => toFile('GITHUB_OUTPUT', name, value),
    saveState: (name, value) => toFile('GITHUB_STATE', name, value),
    getState: (name) => env[`STATE_${name}`] ?? '',
    exportVariable: (name, value) => {
      env[name] = value;
      toFile('GITHUB_ENV', name, value);
    },
  };
}
