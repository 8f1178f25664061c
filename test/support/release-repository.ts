import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** A repository with a remote on this machine, and a `gh` that keeps releases in a file. */

const fakeGh = `#!${process.execPath}
const fs = require('node:fs');
const file = require('node:path').join(__dirname, 'gh.json');
const state = JSON.parse(fs.readFileSync(file, 'utf8'));
const argv = process.argv.slice(2);
state.calls.push(argv);
const save = () => fs.writeFileSync(file, JSON.stringify(state));
save();
const end = (text, code = 0) => { save(); process.stdout.write(text + '\\n'); process.exit(code); };
if (state.failAt === state.calls.length) { process.stderr.write('HTTP 502\\n'); process.exit(1); }
const [group, verb, tag] = argv;
if (group === 'api') {
  const found = state.releases.find((one) => argv.join(' ').includes('"' + one.tag + '"'));
  end(found ? JSON.stringify({ draft: found.draft, immutable: found.immutable, assets: found.assets }) : '');
}
if (group === 'auth') end('');
if (group === 'pr') {
  if (verb === 'list') end(state.pulls[0] ?? '');
  state.pulls.push('https://github.com/x/pull/1');
  end(state.pulls[0]);
}
const release = state.releases.find((one) => one.tag === tag);
if (verb === 'create') { if (release) end('exists', 1); state.releases.push({ tag, draft: true, immutable: false, assets: [], argv }); end('made'); }
if (!release) end('release not found', 1);
if (verb === 'upload') {
  if (release.immutable) end('immutable', 1);
  for (const path of argv.slice(argv.indexOf('--clobber') + 1)) { fs.statSync(path); const name = path.split('/').at(-1); if (!release.assets.includes(name)) release.assets.push(name); }
  end('ok');
}
if (verb === 'edit') { release.draft = false; release.immutable = state.freezes; release.argv = argv; end('ok'); }
end('unknown', 1);
`;

export interface GhState {
  calls: string[][];
  releases: { tag: string; draft: boolean; immutable: boolean; assets: string[]; argv: string[] }[];
  pulls: string[];
  /** Whether GitHub makes releases immutable. */
  freezes: boolean;
  /** The call that fails. */
  failAt?: number | undefined;
}

export const releaseFiles = (version: string): Record<string, string> => ({
  'CHANGELOG.md': `# Changelog\n\n## Unreleased\n\n## ${version} - 2026-11-30\n\n- News of ${version}.\n`,
  'package.json': `{"name":"backstay-release","version":"${version}","repository":"github:backstay-release/backstay"}\n`,
  'package-lock.json': JSON.stringify({
    version,
    packages: {
      '': { version, devDependencies: { a: '1' } },
      'node_modules/a': { version: '1.0.0', license: 'MIT', integrity: 'sha512-AAEC' },
    },
  }),
  'src/domain/product.ts': `export const version = '${version}';\n`,
  '.gitattributes': '* text=auto eol=lf\n',
  'action.yml': 'name: x\n',
  'actions/candidate/action.yml':
    'runs:\n  steps:\n    - uses: backstay-release/backstay/actions/deploy@v1\n',
  '.github/workflows/release.yml': 'jobs:\n  main:\n    steps:\n      - uses: backstay-release/backstay@v1\n',
  'dist/index.js': '// bundle\n',
  'dist/README.md': '| `index.js` | 1 | src/index | a |\n',
  'test/a.test.ts': '// not for runners\n',
  'README.md': '```yaml\nuses: backstay-release/backstay@v1\n```\n',
  'examples/workflows/release.yml': 'steps:\n  - uses: backstay-release/backstay@v1\n',
});

export class ReleaseRepository {
  readonly folder = mkdtempSync(join(tmpdir(), 'release-'));
  readonly root = join(this.folder, 'work');
  readonly remote = join(this.folder, 'remote.git');
  readonly out = join(this.folder, 'out');
  readonly gh = join(this.folder, 'gh');
  readonly #state = join(this.folder, 'gh.json');

  /** @param like a repository to copy, which is faster than making one */
  constructor(like?: ReleaseRepository) {
    if (like) {
      cpSync(like.folder, this.folder, { recursive: true });
      return;
    }
    mkdirSync(this.root);
    execFileSync('git', ['init', '-q', '--bare', '-b', 'main', this.remote]);
    this.git('init', '-q', '-b', 'main');
    this.git('remote', 'add', 'origin', '../remote.git');
    for (const [key, value] of Object.entries({ name: 'a', email: 'a@example.com' }))
      this.git('config', `user.${key}`, value);
    this.git('config', 'commit.gpgSign', 'false');
    writeFileSync(this.gh, fakeGh);
    chmodSync(this.gh, 0o755);
    this.state = { calls: [], releases: [], pulls: [], freezes: true };
    this.commitVersion('1.2.0');
  }

  git(...argv: string[]): string {
    return execFileSync('git', argv, {
      cwd: this.root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    }).trim();
  }

  commit(files: Record<string, string>): string {
    const commit = this.commitLocally(files);
    this.git('push', '-q', 'origin', 'HEAD:main');
    return commit;
  }

  commitVersion(version: string): string {
    return this.commit(releaseFiles(version));
  }

  writeStaged(staged: object): void {
    writeFileSync(join(this.out, 'staged.json'), JSON.stringify(staged));
  }

  commitLocally(files: Record<string, string>): string {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(this.root, path)), { recursive: true });
      writeFileSync(join(this.root, path), text);
    }
    this.git('add', '-A');
    this.git('commit', '-qm', 'Change');
    return this.git('rev-parse', 'HEAD');
  }

  get state(): GhState {
    return JSON.parse(readFileSync(this.#state, 'utf8')) as GhState;
  }
  set state(state: GhState) {
    writeFileSync(this.#state, JSON.stringify(state));
  }

  /** A machine that has only what the remote and the artifact hold. */
  elsewhere(): string {
    const clone = mkdtempSync(join(this.folder, 'clone-'));
    execFileSync('git', ['clone', '-q', this.remote, clone], { stdio: 'ignore' });
    return clone;
  }

  tags(): Record<string, string> {
    const lines = execFileSync('git', ['ls-remote', '--tags', this.remote], { encoding: 'utf8' })
      .trim()
      .split('\n')
      .filter(Boolean);
    return Object.fromEntries(lines.map((line) => line.split('\trefs/tags/').reverse() as [string, string]));
  }
}
