import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { readIgnoreRules } from '../../../src/gcp/source/ignore-rules.ts';
import { walk } from '../../../src/gcp/source/walk.ts';
import { type Tree, treeOf } from './generate.ts';

/** What gcloud answers about a folder (list.py says what each field is). */
interface Answer {
  listed: string[] | null;
  zipped: string[] | null;
  root: boolean;
  dropped: string[];
  failed: string[];
}

export interface Counts {
  trees: number;
  /** Files that gcloud lists or packs, and files that we would upload. */
  gclouds: number;
  ours: number;
  /** Trees in which both choose the same files. */
  same: number;
  /** Trees in which we upload fewer files than gcloud packs. */
  fewer: number;
  /** Trees that our scan refuses as a whole: an ignore file that cannot be read for certain. */
  refused: number;
  /** Trees that gcloud cannot upload or list at all: it ends with an error. */
  failed: number;
  /** Trees whose rules match `.`: gcloud functions deploy packs nothing of the top folder, and its list differs from that. */
  root: number;
  /** Files that gcloud lists and its deploy drops, because it asks about their folder as if it were a file. */
  dropped: number;
  /** Trees with a byte order mark in an ignore file, which makes gcloud upload what the first pattern names. */
  marked: number;
  /** Files that we would upload and gcloud would not. */
  more: { seed: number; path: string; against: 'list' | 'deploy' }[];
  /** Files that gcloud lists and packs, and that we leave out without having named them. */
  lost: { seed: number; path: string }[];
}

/** The library of an installed gcloud. */
export function gcloudLibrary(): string | undefined {
  const found = spawnSync('sh', ['-c', 'command -v gcloud'], { encoding: 'utf8' }).stdout.trim();
  if (!found) return undefined;
  const library = join(dirname(dirname(realpathSync(found))), 'lib');
  const isThere = existsSync(join(library, 'googlecloudsdk/command_lib/util/gcloudignore.py'));
  return isThere && spawnSync('python3', ['-c', '']).status === 0 ? library : undefined;
}

function make(folder: string, { nodes, rules }: Tree): void {
  mkdirSync(folder);
  for (const [path, node] of nodes) {
    const absolute = Buffer.concat([Buffer.from(`${folder}/`), path]);
    const slash = absolute.lastIndexOf('/');
    try {
      // Nothing is written through a link: it may lead out of the tree.
      mkdirSync(absolute.subarray(0, slash), { recursive: true });
      if (!realpathSync(absolute.subarray(0, slash)).startsWith(folder)) continue;
      if (node.type === 'file') writeFileSync(absolute, '', { flag: 'wx' });
      else if (node.type === 'folder') mkdirSync(absolute, { recursive: true });
      else symlinkSync(node.target, absolute);
    } catch {
      // If two nodes have the same path, the first one stays.
    }
  }
  for (const { name, ours } of rules) {
    rmSync(join(folder, name), { recursive: true, force: true });
    writeFileSync(join(folder, name), ours);
  }
}

/** What we would upload, and the paths that the scan names in a refusal or a warning. Undefined if it refuses the tree. */
function ourChoice(folder: string): { files: Set<string>; named: string[] } | undefined {
  try {
    const { found, refused, left } = walk(folder, readIgnoreRules(folder));
    return {
      files: new Set(found.map(({ path }) => path)),
      named: [...refused, ...left].map(({ path }) => path),
    };
  } catch (error) {
    if ((error as { code?: string }).code === 'source-refused') return undefined;
    throw error;
  }
}

/** Compares the trees of these seeds and adds to the counts. */
export function compare(library: string, seeds: readonly number[], counts: Counts): void {
  const home = realpathSync(mkdtempSync(join(tmpdir(), 'bs-trees-')));
  try {
    const choices = seeds.map((seed) => {
      const folder = join(home, String(seed));
      const tree = treeOf(seed);
      make(folder, tree);
      const choice = ourChoice(folder);
      for (const { name, gclouds } of tree.rules) writeFileSync(join(folder, name), gclouds);
      return choice;
    });
    const run = spawnSync('python3', [join(import.meta.dirname, 'list.py'), library], {
      input: JSON.stringify(seeds.map((seed) => join(home, String(seed)))),
      encoding: 'utf8',
      maxBuffer: 1 << 28,
      env: { ...process.env, CLOUDSDK_CONFIG: join(home, 'config'), CLOUDSDK_CORE_DISABLE_FILE_LOGGING: '1' },
    });
    if (run.status !== 0) throw new Error(`gcloud's library failed: ${run.stderr.slice(-2000)}`);
    for (const [at, answer] of (JSON.parse(run.stdout) as Answer[]).entries())
      judge(seeds[at] as number, answer, choices[at], counts);
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

function judge(seed: number, answer: Answer, ours: ReturnType<typeof ourChoice>, counts: Counts): void {
  const { listed, zipped, root } = answer;
  counts.trees++;
  if (listed === null && zipped === null) counts.failed++;
  if (!root) counts.root++;
  if (ours === undefined) {
    counts.refused++;
    return;
  }
  const lists: [Counts['more'][number]['against'], string[] | null][] = [
    ['list', listed],
    ['deploy', root ? zipped : null],
  ];
  for (const [against, files] of lists) {
    if (files === null) continue;
    const known = new Set(files);
    const isDropped = (path: string) => against === 'deploy' && answer.dropped.includes(dirname(path));
    for (const path of ours.files)
      if (known.has(path)) continue;
      else if (isDropped(path)) counts.dropped++;
      else counts.more.push({ seed, path, against });
  }
  if (listed === null || zipped === null) return;
  const both = zipped.filter((path) => listed.includes(path));
  counts.gclouds += both.length;
  counts.ours += ours.files.size;
  const missing = both.filter((path) => !ours.files.has(path));
  if (missing.length === 0) counts.same++;
  else counts.fewer++;
  const isNamed = (path: string) => ours.named.some((name) => path === name || path.startsWith(`${name}/`));
  // gcloud reads a byte order mark as a part of the first pattern, which then matches nothing. We read the pattern.
  if (treeOf(seed).rules.some(({ gclouds }) => gclouds.toString().startsWith('\ufeff'))) counts.marked++;
  else for (const path of missing) if (!isNamed(path)) counts.lost.push({ seed, path });
}

export const nothingYet = (): Counts => ({
  ...{
    trees: 0,
    gclouds: 0,
    ours: 0,
    same: 0,
    fewer: 0,
    refused: 0,
    failed: 0,
    root: 0,
    marked: 0,
    dropped: 0,
  },
  more: [],
  lost: [],
});

export function sentence(counts: Counts): string {
  const { trees, gclouds, ours, same, fewer, refused, failed, root, marked, dropped, more, lost } = counts;
  return [
    `${trees} trees: gcloud packs ${gclouds} files, we would upload ${ours}.`,
    `The same files in ${same} trees, fewer in ${fewer}; ${refused} trees refused by us, ${failed} by gcloud's own errors.`,
    `Files that we upload and gcloud does not: ${more.length}. Left out without a word: ${lost.length}.`,
    `In ${marked} trees a byte order mark hides the first pattern from gcloud.`,
    `In ${root} trees a pattern matches ".": there gcloud functions deploy packs nothing of the top folder, and we do what gcloud lists.`,
    `${dropped} files are in gcloud's list and dropped by its deploy, because it asks about a folder as if it were a file ("a", then "!a/").`,
  ].join('\n');
}
