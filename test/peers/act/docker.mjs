/**
 * A stand-in for `docker`, on a machine without containers: `docker login` logs in a real crane, and `docker buildx build` puts
 * together what the last stage of the Dockerfile copies, and pushes it with crane. What the first stage installs is what pip has
 * installed for the function of examples/ocr-python. `docker build` keeps the same in a folder of DOCKER_STORE, and `docker run`
 * starts its command there, with its environment and nothing else.
 */
import { execFileSync, spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

const { CRANE, PACKAGES, DOCKER_STORE } = process.env;
const crane = (...args) =>
  execFileSync(CRANE, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }).trim();
const [, , command, ...args] = process.argv;
/** The folder of an image. */
const kept = (tag) => join(DOCKER_STORE, encodeURIComponent(tag));
const option = (name) => args[args.indexOf(name) + 1];

if (command === 'login') {
  const host = args.at(-1).replace(/^https?:\/\//, '');
  const password = readFileSync(0, 'utf8').trim();
  crane('auth', 'login', host, '-u', option('-u'), '-p', password);
} else if (command === 'buildx' && args[0] === 'build' && args.includes('--push')) push();
else if (command === 'build' && DOCKER_STORE && args.at(-1) === '.') build();
else if (command === 'run' && DOCKER_STORE) run();
else {
  console.error(`docker: not here: ${process.argv.slice(2).join(' ')}`);
  process.exit(1);
}

/** Puts the files of the last stage into a folder. Returns what the stage says about the start. */
function assemble(image) {
  const dockerfile = readFileSync(option('-f'), 'utf8').replace(/\\\n/g, ' ');
  const last = dockerfile.slice(dockerfile.lastIndexOf('\nFROM '));
  for (const [, from, words] of last.matchAll(/^COPY (--from=\w+ )?(.+)$/gm))
    copy(image, from, words.split(/\s+/));
  const line = (name) => new RegExp(`^${name} (.+)$`, 'm').exec(last)?.[1] ?? '';
  return {
    env: line('ENV').split(/\s+/).filter(Boolean),
    command: JSON.parse(line('CMD')),
    folder: line('WORKDIR'),
    user: line('USER'),
  };
}

function build() {
  const image = kept(option('-t'));
  mkdirSync(image, { recursive: true });
  writeFileSync(`${image}.json`, JSON.stringify(assemble(image)));
}

/** A port of the container is the same port of this machine. Paths of the image are below its folder. */
function run() {
  const image = kept(args.at(-1));
  const config = JSON.parse(readFileSync(`${image}.json`, 'utf8'));
  const given = args.flatMap((word, at) => (word === '-e' ? [args[at + 1]] : []));
  const env = Object.fromEntries([...config.env, ...given].map((pair) => pair.split(/=(.*)/s).slice(0, 2)));
  const [outside, inside] = option('-p').split(':');
  if (outside !== inside || env.PORT !== inside) throw new Error(`docker: no such port: ${option('-p')}`);
  const [program, ...words] = config.command;
  if (program !== 'python') throw new Error(`docker: no such program: ${program}`);
  // The Python that pip has installed the packages for.
  const child = spawn(join(PACKAGES, '../../../bin/python'), words, {
    cwd: join(image, config.folder),
    env: { ...env, PATH: process.env.PATH, PYTHONPATH: join(image, env.PYTHONPATH) },
    stdio: 'inherit',
  });
  process.on('SIGTERM', () => child.kill());
  child.on('exit', (code) => process.exit(code ?? 143));
}

function push() {
  const tag = option('-t');
  const folder = mkdtempSync(join(tmpdir(), 'bs-docker-'));
  const image = join(folder, 'image');
  try {
    const stage = assemble(image);
    const layer = join(folder, 'layer.tar');
    execFileSync('tar', ['-C', image, '-cf', layer, '.']);
    crane('append', '--new_layer', layer, '--new_tag', tag);
    const env = stage.env.flatMap((pair) => ['--env', pair]);
    const start = ['--cmd', stage.command.join(','), '--workdir', stage.folder, '--user', stage.user];
    crane('mutate', tag, '--set-platform', option('--platform'), ...env, ...start, '--tag', tag);
    const digest = crane('digest', tag);
    writeFileSync(option('--metadata-file'), JSON.stringify({ 'containerimage.digest': digest }));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function copy(image, from, words) {
  const to = words.pop();
  for (const source of words) {
    const path = from ? PACKAGES : source;
    const isFolder = statSync(path).isDirectory();
    const at = join(image, to, isFolder || !to.endsWith('/') ? '' : basename(source));
    mkdirSync(join(at, '..'), { recursive: true });
    cpSync(path, at, { recursive: true });
  }
}
