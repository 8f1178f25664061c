/**
 * Who else sees what the check sees: `npm run peers -- check`. Runs zizmor, actionlint and Checkov on the repositories of
 * the rules' own tests. Checkov is installed if it can be. `--write` writes facts.json, from which docs/understand/checks-compared.md
 * is generated. `--all` also prints what the scanners report that does not count.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rowsOf, uncounted } from './compare.ts';
import { corpus, layOut } from './corpus.ts';
import { scanners } from './scanners.ts';
import { tableOf } from './table.ts';

const { found, missing } = scanners({ install: true });
for (const name of missing) console.log(`Skipped: ${name} is not installed and could not be.`);
const root = mkdtempSync(join(tmpdir(), 'check-peers-'));
try {
  const variants = corpus();
  layOut(root, variants);
  const results = found.map((scanner) => {
    const began = performance.now();
    const seen = scanner.run(root, variants);
    const seconds = ((performance.now() - began) / 1000).toFixed(1);
    console.log(`${scanner.name} ${scanner.version}: ${seen.length} reports in ${seconds} s`);
    return { name: scanner.name, seen };
  });
  const rows = rowsOf(variants, results);
  const versions = Object.fromEntries(found.map(({ name, version }) => [name, version]));
  const facts = { date: new Date().toISOString().slice(0, 10), versions, rows };
  if (process.argv.includes('--all'))
    for (const result of results) console.log(uncounted(variants, result).join('\n'));
  console.log(tableOf(facts));
  if (process.argv.includes('--write') && missing.length === 0)
    writeFileSync(join(import.meta.dirname, 'facts.json'), `${JSON.stringify(facts, null, 2)}\n`);
  // Ours has to see all of them and none of the others; that is what the rules' own tests say too.
  const wrong = rows.filter(({ bad, seen }) => seen.ours?.bad !== bad || seen.ours.good !== 0);
  if (wrong.length > 0) {
    console.log(`Ours differs from its own tests: ${wrong.map(({ rule }) => rule).join(', ')}`);
    process.exitCode = 1;
  }
} finally {
  rmSync(root, { recursive: true, force: true });
}
