import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';

/** Where `.ci/run` installs programs that are packages of Python. */
const python = join(homedir(), '.cache/backstay-peers/bin');

/** A program of others: on the path, by `go install`, or by `.ci/run`. */
export function foreignTool(name: string): string | undefined {
  const places = [...(process.env.PATH ?? '').split(delimiter), join(homedir(), 'go/bin'), python];
  return places
    .flatMap((place) => [join(place, name), join(place, `${name}.exe`)])
    .find((path) => existsSync(path));
}
