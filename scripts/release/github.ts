import { execFileSync } from 'node:child_process';

/** A release on GitHub, as far as publishing needs it. */
export interface Published {
  draft: boolean;
  immutable: boolean;
  assets: string[];
}

/** GitHub's releases, through its own command line. `GH_TOKEN` is the login. */
export class GitHub {
  readonly #repository: string;
  readonly #program: string;

  constructor(repository: string, program = 'gh') {
    this.#repository = repository;
    this.#program = program;
  }

  run(argv: readonly string[]): string {
    return execFileSync(this.#program, argv, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();
  }

  /** Drafts are not found by their tag, so this lists the newest releases. */
  release(tag: string): Published | undefined {
    const filter = `.[] | select(.tag_name == "${tag}") | {draft, immutable: (.immutable // false), assets: [.assets[].name]}`;
    const found = this.run(['api', `repos/${this.#repository}/releases?per_page=50`, '--jq', filter]);
    return found === '' ? undefined : (JSON.parse(found.split('\n')[0] as string) as Published);
  }

  draft(tag: string, notes: string, prerelease: boolean): void {
    const kind = prerelease ? ['--prerelease'] : [];
    this.run([
      'release',
      'create',
      tag,
      '--repo',
      this.#repository,
      '--draft',
      '--verify-tag',
      '--title',
      tag,
      '--notes-file',
      notes,
      ...kind,
    ]);
  }

  upload(tag: string, files: readonly string[]): void {
    this.run(['release', 'upload', tag, '--repo', this.#repository, '--clobber', ...files]);
  }

  publish(tag: string, latest: boolean): void {
    this.run(['release', 'edit', tag, '--repo', this.#repository, '--draft=false', `--latest=${latest}`]);
  }

  openPull(branch: string): string | undefined {
    const argv = [
      'pr',
      'list',
      '--repo',
      this.#repository,
      '--head',
      branch,
      '--state',
      'open',
      '--json',
      'url',
      '--jq',
      '.[0].url // ""',
    ];
    return this.run(argv) || undefined;
  }

  pull(branch: string, title: string, body: string): string {
    return this.run([
      'pr',
      'create',
      '--repo',
      this.#repository,
      '--head',
      branch,
      '--base',
      'main',
      '--title',
      title,
      '--body',
      body,
    ]);
  }
}
