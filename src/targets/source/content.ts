import { manifestLines } from '../../domain/source/manifest.ts';
import type { Log } from '../../steps/ports/log.ts';
import type { LeftOut, SourceTree } from '../../steps/ports/source.ts';

const leftText = ({ path, why }: LeftOut) => `${path}: ${why}`;

/** Logs the files of the upload as a collapsed group, and what is left out although no rule names it. */
export function logUpload(log: Log, folder: string, tree: SourceTree): void {
  const left = tree.ignored.count > 0 ? `, ${tree.ignored.count} left out` : '';
  const rules = tree.rules === 'no ignore file' ? `with ${tree.rules}` : `by ${tree.rules}`;
  log.detail(
    `Upload of ${folder}: ${tree.files.length} files ${rules}${left}, sha256 ${tree.sha256}`,
    manifestLines(tree.files),
  );
  const leavings = tree.left.filter(({ kind }) => kind === 'leaving');
  if (leavings.length > 0)
    log.detail(`Not uploaded: ${leavings.map(({ path }) => path).join(', ')}`, leavings.map(leftText));
  const links = tree.left.filter(({ kind }) => kind === 'link');
  if (links.length > 0)
    log.warning(
      `Not uploaded, because gcloud does not follow links to folders either: ${links.map(leftText).join('; ')}. If the function needs such a folder, put a copy in the place of the link. A line in .gcloudignore ends this warning.`,
    );
}
