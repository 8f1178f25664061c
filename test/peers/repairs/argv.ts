import { spawnSync } from 'node:child_process';

/**
 * The command lines of gcloud in a text, as a shell makes them. Every program is a function that does nothing, and `gcloud`
 * notes its arguments and prints a word, for texts that use its answer. No file is written.
 */
export function argvOf(text: string): string[][] {
  const script = `
gcloud() {
  printf '%s\\0' "$@" '' >&3
  case "$*" in *"value(attributeMapping)"*) printf 'attribute.x=assertion.x;google.subject=assertion.sub';; *) printf '%s' answer;; esac
}
for name in aws az docker npm npx pnpm yarn curl openssl timedatectl df ls sed echo iconv mv; do eval "$name() { :; }"; done
policy() { :; }
${text.replace(/ > [\w./-]+\.(?:json|yaml|txt)\b/g, ' > /dev/null')}
true`;
  const shell = spawnSync('bash', ['--norc', '-c', script], {
    encoding: 'utf8',
    env: { RUNNER_TEMP: '/tmp' },
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
  if (shell.status !== 0 || shell.stderr !== '') throw new Error(`${text}\n${shell.stderr}`);
  const words = (shell.output[3] ?? '').split('\0');
  const lines: string[][] = [];
  let line: string[] = [];
  // An empty word ends a command line. No command that we print has an empty argument of its own.
  for (const word of words) {
    if (word !== '') line.push(word);
    else if (line.length > 0) {
      lines.push(line);
      line = [];
    }
  }
  return lines;
}
