import { closeSync, existsSync, openSync, readSync, realpathSync, statSync } from 'node:fs';
import { basename, delimiter, join, posix } from 'node:path';
import type { Image, InstanceOptions } from './image.ts';
import { InlineInstance, parseInline } from './inline.ts';
import { type Instance, StartError } from './instance.ts';
import { guardian, preload, processOf } from './process.ts';

/** The part of an image's configuration that decides how it starts (github.com/opencontainers/image-spec, config.md). */
export interface ContainerConfig {
  Entrypoint?: string[] | null;
  Cmd?: string[] | null;
  Env?: string[] | null;
  WorkingDir?: string;
}

/** Programs that this machine has in its own version. An image's own copy needs the libraries of the image. */
const interpreters = /^(?:node|nodejs|python|python3(?:\.\d+)?|sh|bash|env)$/;

const isFile = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;

/** The first line of a script without its `#!`. Undefined for other files. */
function shebang(path: string): string[] | undefined {
  const head = Buffer.alloc(200);
  const file = openSync(path, 'r');
  const size = readSync(file, head, 0, head.length, 0);
  closeSync(file);
  const [first = ''] = head.toString('utf8', 0, size).split('\n', 1);
  return first.startsWith('#!') ? first.slice(2).trim().split(/\s+/) : undefined;
}

/** The tree of an unpacked image. Paths of the image that exist there are replaced; nothing else of the machine is hidden. */
class Tree {
  private readonly root: string;
  private readonly path: readonly string[];

  constructor(root: string, path: string) {
    this.root = realpathSync(root);
    this.path = path.split(':');
  }

  /** `/app/server.js`, or `--config=/app/x`, as this machine finds it. Other text stays as it is. */
  locate(text: string): string {
    const [, flag = '', path = ''] = /^(--?[\w-]+=)?(\/.*)$/.exec(text) ?? [];
    const here = join(this.root, posix.normalize(path));
    return path !== '' && path !== '/' && existsSync(here) ? `${flag}${here}` : text;
  }

  folder(path: string): string {
    return join(this.root, posix.resolve('/', path));
  }

  list(paths: string): string {
    return paths
      .split(':')
      .map((path) => this.locate(path))
      .join(delimiter);
  }

  /** The command with its program as this machine finds it. A script is started by the program that its first line names. */
  resolve([program = '', ...args]: readonly string[], workingDir: string, depth = 0): string[] {
    const located = args.map((arg) => this.locate(arg));
    const name = basename(program);
    if (interpreters.test(name)) {
      if (name === 'env')
        return this.resolve(
          args.filter((arg) => arg !== '-S'),
          workingDir,
          depth,
        );
      // Many machines have `python3` only.
      const own = /^node/.test(name) ? process.execPath : name.replace(/^python.*$/, 'python3');
      return [own, ...located];
    }
    const candidates = program.includes('/')
      ? [posix.resolve('/', workingDir, program)]
      : this.path.map((folder) => posix.join('/', folder, program));
    const found = candidates.map((path) => join(this.root, path)).find(isFile);
    if (!found) throw new StartError(`exec: "${program}": no such file in the image`);
    const first = depth < 4 ? shebang(found) : undefined;
    return first ? this.resolve([...first, found, ...args], workingDir, depth + 1) : [found, ...located];
  }
}

const pairs = (env: readonly string[]): Record<string, string> =>
  Object.fromEntries(env.map((line) => [line.split('=', 1)[0] ?? '', line.slice(line.indexOf('=') + 1)]));

function instanceOf(root: string, config: ContainerConfig, options: InstanceOptions): Instance {
  const own = pairs(config.Env ?? []);
  const tree = new Tree(root, own.PATH ?? '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin');
  const workingDir = options.workingDir || config.WorkingDir || '/';
  // As in Kubernetes: a command of the service replaces the image's arguments too.
  const entrypoint = options.command?.length ? options.command : (config.Entrypoint ?? []);
  const given = options.args?.length ? options.args : options.command?.length ? [] : (config.Cmd ?? []);
  const argv = (): string[] => {
    const [program = '', ...args] = tree.resolve([...entrypoint, ...given], workingDir);
    return program === process.execPath ? [...preload, ...args] : [guardian, program, ...args];
  };
  const { PATH: _, ...env } = { ...own, ...options.env };
  for (const name of ['PYTHONPATH', 'NODE_PATH']) if (env[name]) env[name] = tree.list(env[name]);
  return processOf(
    {
      folder: tree.folder(workingDir),
      argv,
      env: { HOME: tree.folder('/'), ...env, PATH: process.env.PATH ?? '' },
    },
    options,
  );
}

/** An image whose layers are unpacked in `root`. One with a `sandbox.json` at its root needs no process. */
export function containerImage(root: string, config: ContainerConfig, inline: string | undefined): Image {
  if (inline === undefined)
    return { inline: undefined, instantiate: (options) => instanceOf(root, config, options) };
  const spec = parseInline(inline);
  return {
    inline: spec,
    instantiate: (options) => new InlineInstance(spec, options),
  };
}
