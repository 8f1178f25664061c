/** One file of an upload. */
export interface SourceFile {
  /** Relative to the source folder, with `/` and without control characters. */
  path: string;
  /** 0o644 or 0o755. */
  mode: number;
  /** Size in bytes. */
  size: number;
  /** SHA-256 of the content, in hex. */
  sha256: string;
}

/** Sorts by the bytes of the UTF-8 path, so that every machine and locale agrees. */
export function byPath(left: { path: string }, right: { path: string }): number {
  if (left.path === right.path) return 0;
  // UTF-16 order differs from UTF-8 order only if a surrogate is compared with U+E000..U+FFFF.
  const a = [...left.path];
  const b = [...right.path];
  for (let i = 0; ; i++) {
    const x = a[i]?.codePointAt(0) ?? -1;
    const y = b[i]?.codePointAt(0) ?? -1;
    if (x !== y) return x - y;
  }
}

/**
 * The text whose SHA-256 is `source_sha256`: one line per file, `MODE SIZE SHA256 PATH`, sorted. The walk refuses
 * paths with control characters, so no path can forge a line.
 */
export function manifestText(files: readonly SourceFile[]): string {
  return [...files]
    .sort(byPath)
    .map((file) => `${file.mode.toString(8).padStart(4, '0')} ${file.size} ${file.sha256} ${file.path}\n`)
    .join('');
}

/** A digest as the value of a label. The value may have 63 characters; a SHA-256 in hex has 64. */
export const labelDigest = (sha256: string): string => sha256.slice(0, 63);

export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  if (bytes < 1e6) return `${(bytes / 1e3).toFixed(1)} kB`;
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

/** The manifest for the log, sorted by path. Lists at most `limit` files and counts the rest. */
export function manifestLines(files: readonly SourceFile[], limit = 400): string[] {
  const lines = files
    .slice(0, limit)
    .map(
      (file) =>
        `${file.mode === 0o755 ? 'x' : '-'} ${formatBytes(file.size).padStart(9)}  ${file.sha256.slice(0, 12)}  ${file.path}`,
    );
  if (files.length > limit) lines.push(`... and ${files.length - limit} more`);
  return lines;
}
