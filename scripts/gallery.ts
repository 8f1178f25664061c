/**
 * `npm run gallery` plays every outcome of a release on the sandbox and writes docs/gallery/. `-- --only NAME,NAME` plays
 * some of them and leaves the table as it is. `-- --out DIR` writes to another folder.
 */
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { interrupt } from './demo/runner.ts';
import { cleaner } from './gallery/clean.ts';
import { page, type Told } from './gallery/page.ts';
import { Stage } from './gallery/stage.ts';
import { stories } from './gallery/stories.ts';
import type { Story } from './gallery/story.ts';

const root = join(import.meta.dirname, '..');
/** Stories at a time. Each needs two processes, a release and a sandbox, so two stories suit a small machine. */
const lanes = 2;

const { values } = parseArgs({
  options: { only: { type: 'string' }, out: { type: 'string' } },
});
const out = resolve(values.out ?? join(root, 'docs/gallery'));
const names = values.only?.split(',');
const unknown = names?.find((name) => !stories.some((story) => story.name === name));
if (unknown) {
  console.error(`--only "${unknown}" is unknown. Choose from ${stories.map(({ name }) => name).join(', ')}.`);
  process.exit(1);
}
const wanted = stories.filter(({ name }) => !names || names.includes(name));

const open = new Set<Stage>();
let stopped = false;
process.on('SIGINT', () => {
  stopped = true;
  interrupt('SIGINT');
});

const read = (path: string) => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
};

async function tell(story: Story): Promise<Told> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'backstay-gallery-')));
  const stage = await Stage.open(folder, story.sandbox, story.kind);
  open.add(stage);
  try {
    const shown = await story.play(stage);
    const clean = cleaner([stage.workspace, join(shown.folder, 'temp'), shown.folder, folder, root]);
    const summaries = [read(join(shown.folder, 'summary.md')), read(join(shown.folder, 'summary-post.md'))];
    writeFileSync(join(out, `${story.name}.md`), clean(summaries.filter((text) => text !== '').join('\n')));
    writeFileSync(join(out, `${story.name}.log`), clean(`${shown.log.join('\n')}\n`));
    if (shown.report) shown.report.reason = clean(shown.report.reason);
    return { story, shown };
  } finally {
    open.delete(stage);
    await stage.close();
  }
}

mkdirSync(out, { recursive: true });
const queue = wanted.map((story, index) => ({ story, index }));
const told: Told[] = [];
const wrong: string[] = [];

async function lane(): Promise<void> {
  for (let next = queue.shift(); next && !stopped; next = queue.shift()) {
    const { story, index } = next;
    try {
      const one = await tell(story);
      told[index] = one;
      const { outcome } = one.shown.report ?? {};
      const as = outcome ?? 'no outcome';
      console.log(`${story.name}: ${as}, exit code ${one.shown.code}, ${one.shown.seconds.toFixed(1)} s`);
      if (outcome !== story.outcome)
        wrong.push(
          `${story.name} ended with ${as} instead of ${story.outcome ?? 'no outcome'}: ${one.shown.report?.reason}`,
        );
    } catch (error) {
      wrong.push(`${story.name}: ${(error as Error).message}`);
    }
  }
}

await Promise.all(Array.from({ length: lanes }, lane));
if (stopped) process.exit(130);
if (!names && wrong.length === 0) writeFileSync(join(out, 'README.md'), page(told));
for (const text of wrong) console.error(`Not as expected: ${text}`);
process.exitCode = wrong.length > 0 ? 1 : 0;
