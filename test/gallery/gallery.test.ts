import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { runnerLog } from '../../scripts/demo/runner-log.ts';
import { cleaner } from '../../scripts/gallery/clean.ts';
import { stories } from '../../scripts/gallery/stories.ts';

/** docs/gallery shows what users see of every outcome. `npm run gallery` writes it from real runs. */

const gallery = join(import.meta.dirname, '../..', 'docs/gallery');
const read = (file: string) => readFileSync(join(gallery, file), 'utf8');
const words: Record<string, string> = {
  promoted: 'Released',
  rolled_back: 'Rolled back',
  rejected: 'Rejected',
  held: 'Held',
  blocked: 'Blocked',
  exposed: 'Exposed',
  smoke_failed: 'Smoke test failed',
  cancelled: 'Cancelled',
  superseded: 'Superseded',
  yielded: 'Yielded',
};

test('every story has a summary, a log and a row, and the folder has no other file', () => {
  const names = stories.map(({ name }) => name);
  const files = readdirSync(gallery).filter((file) => /\.(md|log)$/.test(file) && file !== 'README.md');
  expect(files.sort()).toEqual(names.flatMap((name) => [`${name}.log`, `${name}.md`]).sort());
  const rows = [...read('README.md').matchAll(/^\| \[([a-z0-9-]+)\]/gm)].map(([, name]) => name);
  expect(rows).toEqual(names);
});

test('every outcome has a story', () => {
  const shown = new Set(stories.map(({ outcome }) => outcome));
  expect(Object.keys(words).filter((outcome) => !shown.has(outcome))).toEqual([]);
});

describe.each(stories)('$name', ({ name, outcome, action }) => {
  const summary = existsSync(join(gallery, `${name}.md`)) ? read(`${name}.md`) : '';
  const log = existsSync(join(gallery, `${name}.log`)) ? read(`${name}.log`) : '';
  const word = outcome === undefined ? /Passed|Failed/.exec(log)?.[0] : words[outcome];

  test('the pages show nothing of the machine that ran the story, and no token', () => {
    for (const text of [summary, log]) {
      expect(text).not.toMatch(/\/(?:tmp|work|home|root|Users|var)\//);
      expect(text).not.toMatch(/(?:127\.0\.0\.1|localhost):\d/);
      expect(text).not.toMatch(/ya29\.|eyJ[A-Za-z0-9_-]{10}|AIza/);
    }
  });

  test('the log has whole lines and ends with the verdict', () => {
    expect(log).not.toContain('\r');
    const lines = log.trimEnd().split('\n');
    expect(lines.filter((line) => line.includes('::error') || line.includes('##['))).toEqual([]);
    // The log ends with the post step, whose lines follow the verdict of the main step.
    const end = lines.findLastIndex((line) => line.startsWith(`${word}: `));
    expect(lines[end]).toMatch(/\. {2}Report: …\//);
    const after = lines.slice(end + 1);
    if (action !== undefined) {
      expect(after.filter((line) => !/^Post step of (?:the )?[a-z]+: /.test(line))).toEqual([]);
      return;
    }
    expect(after.filter((line) => !/^(Warning: hands off: |Post step of the release: )/.test(line))).toEqual(
      [],
    );
    expect(after.at(-1)).toMatch(/^Post step of the release: /);
    expect(lines.filter((line) => line.startsWith('Error: ')).length).toBeLessThanOrEqual(1);
  });

  test('the summary begins with the same verdict as the log', () => {
    const [head] = summary.split('\n');
    if (action === 'posture') expect(head).toMatch(/^## /);
    else if (name === 'unchanged') expect(head).toMatch(/^## ✅ Nothing to release: /);
    else if (name === 'dry-run') expect(head).toMatch(/^## 📝 Plan for /);
    else expect(head).toMatch(new RegExp(`^## \\S+ ${word}\\b`));
  });

  test('the summary uses only what GitHub renders', () => {
    expect(Buffer.byteLength(summary)).toBeLessThan(900 * 1024);
    expect(summary).not.toMatch(/data:|<svg|<script|style=/);
    expect((summary.match(/^\s*(?:> )?`{3,}/gm) ?? []).length % 2).toBe(0);
    expect(summary.match(/<details/g)?.length ?? 0).toBe(summary.match(/<\/details>/g)?.length ?? 0);
    // GitHub renders an alert inside <details> as a plain quote.
    let depth = 0;
    for (const line of summary.split('\n')) {
      depth += (line.match(/<details/g) ?? []).length - (line.match(/<\/details>/g) ?? []).length;
      if (/^> \[!/.test(line)) expect(depth).toBe(0);
    }
  });

  test('a passing release fits one screen', () => {
    if (!['promoted', 'unchanged'].includes(name)) return;
    const open = summary.replace(/<details>[\s\S]*?<\/details>\n*(?:<\/details>\n*)*/g, '');
    expect(open).not.toContain('```mermaid');
  });
});

describe('how a run is shown', () => {
  const shown = (lines: string[]) => {
    const out: string[] = [];
    const show = runnerLog((line) => out.push(line));
    lines.forEach(show);
    return out;
  };

  test('the log looks as on the log page: masks, groups, annotations', () => {
    expect(
      shown([
        '::add-mask::s3cret%0Awith lines',
        '::add-mask::abc',
        '::debug::abc',
        'token abc',
        '::group::Plan abc',
        'inside',
        '::endgroup::',
        '::error title=x::Line one%0Aline 100%25 abc',
        '::warning::careful',
      ]),
    ).toEqual(['token ***', '▸ Plan ***', 'Error: Line one\nline 100% ***', 'Warning: careful']);
  });

  test('folders, ports and process ids are replaced, the longest folder first', () => {
    const clean = cleaner(['/a/b', '/a/b/c']);
    expect(clean('/a/b/c/x.json /a/b/y /a/b')).toBe('…/x.json …/y …');
    expect(clean('http://127.0.0.1:41234/v2 https&#58;//localhost:9')).toBe(
      'http://127.0.0.1:PORT/v2 https&#58;//127.0.0.1:PORT',
    );
    expect(clean('backstay-release-3312.json')).toBe('backstay-release-PID.json');
  });
});
