import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fillPage } from './tables/fill.ts';
import { foreignTable } from './tables/foreign-actions.ts';

const page = 'docs/reference/runners.md';

/** Writes the actions of others into the page of runners. */
export const generate = () => ({
  [page]: fillPage(
    readFileSync(join(import.meta.dirname, '../..', page), 'utf8'),
    'foreign-actions',
    foreignTable(),
  ),
});
