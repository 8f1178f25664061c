import type { Section } from '../../../src/domain/comment/section.ts';

export const commits = ['a', 'b', 'c', 'd', 'e', 'f'].map((digit) => digit.repeat(40));

let writers = 0;

/** A section of a step that went well, unless `more` says otherwise. */
export function section(more: Partial<Section> = {}): Section {
  const title = more.title ?? 'Files';
  return {
    key: `key of ${title}`,
    writer: `w${++writers}`,
    title,
    job: 'files',
    state: 'pass',
    run: { id: 100, attempt: 1 },
    commit: commits[0] ?? '',
    page: 'https://github.com/acme/ocr/actions/runs/100/attempts/1',
    line: 'Nothing was found.',
    body: '',
    ...more,
  };
}
