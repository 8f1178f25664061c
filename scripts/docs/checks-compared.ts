import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Facts, tableOf } from '../../test/peers/check/table.ts';
import { fillPage } from './tables/fill.ts';

/** Writes who else sees what into the page, from the facts that `npm run peers -- check --write` counted. */
export function generate(): Record<string, string> {
  const root = join(import.meta.dirname, '../..');
  const page = 'docs/understand/checks-compared.md';
  const facts = JSON.parse(readFileSync(join(root, 'test/peers/check/facts.json'), 'utf8')) as Facts;
  return { [page]: fillPage(readFileSync(join(root, page), 'utf8'), 'compared', tableOf(facts)) };
}
