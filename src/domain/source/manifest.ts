/** One file of an upload. */
export interface SourceFile {
  /** Relative, with `/`, no control characters. */
  path: string;
  /** 0o644 or 0o755. */
  mode: number;
  /** Bytes. */
  size: number;
  /** Of the content, hex. */
  sha256: string;
}

/** Sorts by the bytes of the UTF-8 path, so that every machine and locale agrees. */
export function byPath(left: { path: string }, right: { path: string }): number {
  if (left.path === right.path) return 0;
  // UTF-16 order differs from UTF-8 order only where surrogates meet U+E000..U+FFFF.
  const a = [...left.path];
  const b = [...right.path];
  for (let i = 0; ; i++) {
    const x = a[i]?.codePointAt(0) ?? -1;
    const y = b[i]?.codePointAt(0) ?? -1;
    if (x !== y) return x - y;
  }
}

/**
 * What `source_sha256` is the SHA-256 of: one line per file, `MODE SIZE SHA256 PATH`, sorted. Paths hold no control
 * characters (the walk refuses them), so a line cannot be forged. `sha256sum` of this text gives the digest.
 */
export function manifestText(files: readonly SourceFile[]): string {
  return [...files]
    .sort(byPath)
    .map((file) => `${file.mode.toString(8).padStart(4, '0')} ${file.size} ${file.sha256} ${file.path}\n`)
    .join('');
}

/** Most of a digest that fits a label: its value holds 63 characters, a SHA-256 in hex 64. */
export const labelDigest = (sha256: string): string => sha256.slice(0, 63);

export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  if (bytes < 1e6) return `${(bytes / 1e3).toFixed(1)} kB`;
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

/** The manifest for the log, at most `limit` files: largest context first would mislead, so it stays sorted. */
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
