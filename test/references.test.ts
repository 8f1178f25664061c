import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, test } from '@jest/globals';

/** Checks that links, anchors and paths in backticks lead to something that exists. */

const root = join(import.meta.dirname, '..');
const tracked = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  cwd: root,
  encoding: 'utf8',
})
  .split('\n')
  .filter((file) => file !== '' && existsSync(join(root, file)));
const pages = tracked.filter((file) => file.endsWith('.md') && !/^(dist|docs\/gallery\/.+-)\b/.test(file));
const code = tracked.filter((file) => /^(src|sandbox|scripts|test)\/.*\.(ts|mjs)$/.test(file));
const read = (file: string) => readFileSync(join(root, file), 'utf8');

/** GitHub's anchor of a heading. */
const anchorOf = (heading: string) =>
  heading
    .toLowerCase()
    .replace(/`|\*|\[|\]\([^)]*\)/g, '')
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replace(/\s/g, '-');

const anchors = (file: string) =>
  new Set([
    ...[...read(file).matchAll(/^#{1,6} (.+)$/gm)].map(([, heading]) => anchorOf(heading as string)),
    ...[...read(file).matchAll(/<a (?:id|name)="([^"]+)"/g)].map(([, id]) => id as string),
  ]);

/** Removes fenced code, which may contain anything. */
const prose = (file: string) => read(file).replace(/^```[\s\S]*?^```/gm, '');

describe('references', () => {
  test.each(pages)('%s: its links lead to files and headings that exist', (file) => {
    const links = [...prose(file).matchAll(/\]\(([^)\s]+)\)|(?:href|src|srcset)="([^"]+)"/g)].map(
      ([, markdown, html]) => (markdown ?? html) as string,
    );
    const broken = links
      .filter((link) => !/^[a-z]+:/i.test(link))
      .filter((link) => {
        const [path, anchor] = link.split('#') as [string, string | undefined];
        const target = path === '' ? file : normalize(join(dirname(file), path));
        if (!existsSync(join(root, target))) return true;
        return anchor !== undefined && target.endsWith('.md') && !anchors(target).has(anchor);
      });
    expect(broken).toEqual([]);
  });

  test.each(pages)('%s: a path in backticks exists', (file) => {
    const actions = readdirSync(join(root, 'actions')).join('|');
    const inside = new RegExp(
      `\`((?:src|test|scripts|sandbox|docs|examples|schemas|actions/(?:${actions})|dist|\\.github|\\.ci)/[\\w./-]*)\``,
      'g',
    );
    const paths = [...prose(file).matchAll(inside)].map(([, path]) => path as string);
    expect(paths.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });

  test('comments name files of this repository that exist, and no document that is not part of it', () => {
    const wrong = code.flatMap((file) => {
      const comments = read(file).match(/\/\*[\s\S]*?\*\/|\/\/.*$/gm) ?? [];
      return comments.flatMap((comment) => {
        const paths = [
          ...comment.matchAll(
            /(?<![\w./-])((?:src|test|scripts|sandbox|docs)\/[\w./-]+\.(?:ts|mjs|md|json))/g,
          ),
        ].map(([, path]) => path as string);
        const gone = paths.filter((path) => !existsSync(join(root, path)));
        const foreign = /\bDESIGN\b|\b(trials|peers|ux|next|operations)\.md\b/.test(comment) ? [comment] : [];
        return [...gone, ...foreign].map((what) => `${file}: ${what}`);
      });
    });
    expect(wrong).toEqual([]);
  });
});
