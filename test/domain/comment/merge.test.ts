import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  type CommentContent,
  emptyContent,
  holds,
  joinContents,
  mostCommits,
  newestCommit,
  putSection,
} from '../../../src/domain/comment/merge.ts';
import type { Section } from '../../../src/domain/comment/section.ts';
import { commits, section } from './sections.ts';

const put = (content: CommentContent, ...sections: Section[]): CommentContent =>
  sections.reduce((before, one) => {
    const after = putSection(before, one);
    return after === 'newer' ? before : after;
  }, content);
const lines = ({ sections }: CommentContent) => sections.map(({ line }) => line).sort();

describe('a section', () => {
  const first = section({ line: 'first' });
  const content = put(emptyContent, first);

  test('of the same step of a later run takes the place of the earlier one', () => {
    const next = section({ line: 'second', run: { id: 101, attempt: 1 } });
    expect(lines(put(content, next))).toEqual(['second']);
    const again = section({ line: 'again', run: { id: 101, attempt: 2 } });
    expect(lines(put(content, next, again))).toEqual(['again']);
  });

  test('of an earlier run does not replace what a later one wrote', () => {
    const late = section({ line: 'late', run: { id: 99, attempt: 3 } });
    expect(putSection(content, late)).toBe('newer');
  });

  test('of another step stands beside it', () => {
    expect(lines(put(content, section({ title: 'Plan', line: 'plan' })))).toEqual(['first', 'plan']);
  });

  test('that is written again by the same process stands once', () => {
    expect(lines(put(content, { ...first, line: 'corrected' }))).toEqual(['corrected']);
  });

  test('of another leg of a matrix stands beside it, in every run', () => {
    const legs = (id: number, ...names: string[]) =>
      names.map((line) => section({ line, run: { id, attempt: 1 } }));
    const once = put(emptyContent, ...legs(100, 'node 22', 'node 24'));
    expect(lines(once)).toEqual(['node 22', 'node 24']);
    expect(lines(put(once, ...legs(101, 'new 24', 'new 22')))).toEqual(['new 22', 'new 24']);
  });

  test('of the next commit replaces the one before, also where every run has the same id, as under act', () => {
    const next = section({ line: 'next', commit: commits[1] ?? '' });
    const after = put(content, next);
    expect([lines(after), newestCommit(after)]).toEqual([['next'], commits[1]]);
    const back = put(after, section({ line: 'back' }));
    expect([lines(back), newestCommit(back)]).toEqual([['back'], commits[0]]);
  });

  test(`that ${mostCommits} commits have not renewed goes`, () => {
    const others = (count: number) =>
      commits
        .slice(1, count + 1)
        .map((commit, at) =>
          section({ title: 'Plan', line: 'plan', commit, run: { id: 101 + at, attempt: 1 } }),
        );
    expect(lines(put(content, ...others(mostCommits - 1)))).toEqual(['first', 'plan']);
    expect(lines(put(content, ...others(mostCommits)))).toEqual(['plan']);
  });

  test('of a late run does not make its commit the newest', () => {
    const next = section({ title: 'Plan', commit: commits[1] ?? '', run: { id: 101, attempt: 1 } });
    const late = section({ title: 'Smoke test', run: { id: 100, attempt: 1 } });
    expect(newestCommit(put(emptyContent, next, late))).toBe(commits[1]);
  });
});

describe('two comments that were made at the same time', () => {
  test('become one with what both say', () => {
    const [one, two] = [section({ line: 'one' }), section({ title: 'Plan', line: 'two' })];
    const both = joinContents([put(emptyContent, one), put(emptyContent, two)]);
    expect(lines(both)).toEqual(['one', 'two']);
    expect([holds(both, one), holds(both, two)]).toEqual([true, true]);
  });

  test('keep the two legs of a matrix, and one section of one process', () => {
    const [one, two] = [section({ line: 'one' }), section({ line: 'two' })];
    expect(lines(joinContents([put(emptyContent, one), put(emptyContent, two)]))).toEqual(['one', 'two']);
    expect(lines(joinContents([put(emptyContent, one), put(emptyContent, one)]))).toEqual(['one']);
  });
});

test('property: in any order of writes, each step says last what its newest run said', () => {
  const write = fc.record({
    title: fc.constantFrom('Files', 'Plan', 'Smoke test'),
    run: fc.record({ id: fc.integer({ min: 1, max: 4 }), attempt: fc.integer({ min: 1, max: 2 }) }),
  });
  fc.assert(
    fc.property(
      fc.uniqueArray(write, { selector: (one) => JSON.stringify(one), maxLength: 12 }),
      (writes) => {
        const sections = writes.map((one) => section({ ...one, line: JSON.stringify(one.run) }));
        const content = put(emptyContent, ...sections);
        for (const title of new Set(sections.map((one) => one.title))) {
          const own = sections.filter((one) => one.title === title);
          const newest = own.reduce((a, b) =>
            b.run.id * 10 + b.run.attempt > a.run.id * 10 + a.run.attempt ? b : a,
          );
          expect(content.sections.filter((one) => one.title === title).map(({ line }) => line)).toEqual([
            newest.line,
          ]);
        }
      },
    ),
  );
});
