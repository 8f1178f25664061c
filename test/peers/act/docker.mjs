/**
 * A stand-in for the `docker` of release-container.yml, on a machine without containers: `docker login` logs in a real crane, and
 * `docker buildx build` puts together what the last stage of the Dockerfile copies, and pushes it with crane. What the first
 * stage installs is what pip has installed for the function of examples/ocr-python.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

const { CRANE, PACKAGES } = process.env;
const crane = (...args) =>
  execFileSync(CRANE, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }).trim();
const [, , command, ...args] = process.argv;
const option = (name) => args[args.indexOf(name) + 1];

if (command === 'login') {
  const host = args.at(-1).replace(/^https?:\/\//, '');
  const password = readFileSync(0, 'utf8').trim();
  crane('auth', 'login', host, '-u', option('-u'), '-p', password);
} else if (command === 'buildx' && args[0] === 'build' && args.includes('--push')) build();
else {
  console.error(`docker: not here: ${process.argv.slice(2).join(' ')}`);
  process.exit(1);
}

function build() {
  const dockerfile = readFileSync(option('-f'), 'utf8').replace(/\\\n/g, ' ');
  const last = dockerfile.slice(dockerfile.lastIndexOf('\nFROM '));
  const tag = option('-t');
  const folder = mkdtempSync(join(tmpdir(), 'bs-docker-'));
  const image = join(folder, 'image');
  try {
    for (const [, from, words] of last.matchAll(/^COPY (--from=\w+ )?(.+)$/gm))
      copy(image, from, words.split(/\s+/));
    const layer = join(folder, 'layer.tar');
    execFileSync('tar', ['-C', image, '-cf', layer, '.']);
    crane('append', '--new_layer', layer, '--new_tag', tag);
    const line = (name) => new RegExp(`^${name} (.+)$`, 'm').exec(last)?.[1] ?? '';
    const env = line('ENV')
      .split(/\s+/)
      .filter(Boolean)
      .flatMap((pair) => ['--env', pair]);
    const start = [
      '--cmd',
      JSON.parse(line('CMD')).join(','),
      '--workdir',
      line('WORKDIR'),
      '--user',
      line('USER'),
    ];
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
