/**
 * Keeps the files that the present version writes: reports of a release that was promoted and of one that was taken back, and the record on
 * the service at each of their steps, from real runs on the sandbox; and the suite and the SLO file of the examples. `test/compat` reads
 * the files of every version. `npm run freeze` refuses to change a folder that exists.
 */
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, realpathSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { recordAnnotation, version } from '../src/domain/product.ts';
import { Stage } from './gallery/stage.ts';
import { releases } from './gallery/stories-releases.ts';

const root = join(import.meta.dirname, '..');
const [major, minor] = version.split('.');
const folder = join(root, 'test/compat', `v${major}.${minor}`);
if (existsSync(folder)) {
  console.error(`${folder} exists. The files of a version are written once and never changed.`);
  process.exit(1);
}

/** Every text of the record anywhere in the state of the sandbox. */
function recordsIn(state: unknown): string[] {
  if (typeof state !== 'object' || state === null) return [];
  const own = (state as Record<string, unknown>)[recordAnnotation];
  return [...(typeof own === 'string' ? [own] : []), ...Object.values(state).flatMap(recordsIn)];
}

mkdirSync(folder, { recursive: true });
for (const name of ['promoted', 'rolled-back']) {
  const story = releases.find((one) => one.name === name);
  if (!story) throw new Error(`there is no story ${name}`);
  const stage = await Stage.open(realpathSync(mkdtempSync(join(tmpdir(), 'freeze-'))), story.sandbox);
  const seen = new Map<string, string>();
  const look = async () => {
    for (const text of recordsIn(await stage.sandbox.control('GET', '/state'))) {
      const { phase, watch } = JSON.parse(text) as { phase: string; watch?: unknown };
      // One of each kind. The last one is the fullest.
      seen.set(`${phase}${watch === undefined ? '' : ' with watch'}`, text);
    }
  };
  let looking = true;
  const looks = (async () => {
    for (; looking; await new Promise((next) => setTimeout(next, 100))) await look();
  })();
  try {
    const { report } = await story.play(stage);
    looking = false;
    await looks;
    await look();
    const lines = [...seen].map(([kind, record]) => JSON.stringify({ kind, record }));
    writeFileSync(join(folder, `report-${name}.json`), `${JSON.stringify(report)}\n`);
    writeFileSync(join(folder, `records-${name}.jsonl`), `${lines.join('\n')}\n`);
    console.log(`${name}: ${[...seen.keys()].join(', ')}`);
  } finally {
    looking = false;
    await stage.close();
  }
}
copyFileSync(join(root, 'examples/smoke/backstay.smoke.yaml'), join(folder, 'backstay.smoke.yaml'));
copyFileSync(join(root, 'examples/backstay.slo.yaml'), join(folder, 'backstay.slo.yaml'));
console.log(`written: ${folder}`);
