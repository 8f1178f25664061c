/** One version of the changelog. */
export interface Section {
  /** Such as `1.2.0`, or `Unreleased`. */
  name: string;
  /** Such as `2026-11-30`. */
  date: string | undefined;
  /** What stands below its heading, without blank lines around it. */
  text: string;
}

/** Reads a changelog in the format of Keep a Changelog: `## 1.2.0 - 2026-11-30` or `## [1.2.0] - 2026-11-30`. */
export function readChangelog(text: string): Section[] {
  const parts = text
    .replaceAll('\r\n', '\n')
    .split(/^## (?=\S)/m)
    .slice(1);
  return parts.map((part) => {
    const [heading = '', ...lines] = part.split('\n');
    const [, name = heading.trim(), date] =
      /^\[?([^\]\s]+)\]?(?:\s+-\s+(\d{4}-\d{2}-\d{2}))?\s*$/.exec(heading) ?? [];
    return { name, date, text: lines.join('\n').trim() };
  });
}

/** The newest section that is a version. `Unreleased` and links at the end are none. */
export const newestSection = (sections: readonly Section[]): Section | undefined =>
  sections.find(({ name }) => /^\d/.test(name));
