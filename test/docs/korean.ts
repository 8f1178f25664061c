/** What the checks of the Korean pages look at. */

const withoutBlocks = (text: string) => text.replace(/^[ \t]*```[\s\S]*?^[ \t]*```/gm, '');

/** What a reader reads as language: no blocks, no codes, no addresses, no tags. The text of a link and of a picture stays. */
export const prose = (page: string): string =>
  withoutBlocks(page)
    .replace(/<!--[\s\S]*?-->/g, '')
    .replace(/(`+)(?!`)[\s\S]*?[^`]\1(?!`)/g, '`')
    .replace(/\]\([^)]*\)/g, ']')
    .replace(/<[a-z/][^>]*>/g, (tag) => ` | ${/ alt="([^"]*)"/.exec(tag)?.[1] ?? ''} | `);

/** Runs of more than `most` words in Latin letters with nothing but spaces, apostrophes and hyphens between them. */
export const latinRuns = (text: string, most: number): string[] =>
  (text.match(/[A-Za-z][\w'-]*(?:[ \n]+[A-Za-z][\w'-]*)*/g) ?? []).filter(
    (run) => run.split(/\s+/).length > most,
  );

/** A syllable that ends in ㅂ, which is what comes before 니다 in the form of the pages (합니다, 있습니다, 아닙니다). */
const endsInBieup = (syllable: string) => (syllable.charCodeAt(0) - 0xac00) % 28 === 17;

/** Ends of sentences that are not in the form of the pages: 한다, 해요, 이에요. */
export const plainEndings = (text: string): string[] =>
  (text.match(/[가-힣]{2}다\.|[해예에세네어아여]요\./g) ?? []).filter(
    (end) => !(end[1] === '니' && endsInBieup(end[0] as string)),
  );

/** Codes in a sentence or a cell. */
export const spans = (page: string): Set<string> =>
  new Set(
    [...withoutBlocks(page).matchAll(/(`+)(?!`)([\s\S]*?[^`])\1(?!`)/g)].map(([, , code = '']) =>
      code.replace(/\s+/g, ' ').trim(),
    ),
  );

/** Numbers of more than two digits or with a decimal point, without the separators of thousands. */
export const figures = (page: string): Set<string> =>
  new Set(
    (
      withoutBlocks(page)
        .replace(/(?<=\d)[ ,](?=\d{3}\b)/g, '')
        .match(/\d+(?:\.\d+)?/g) ?? []
    ).filter((figure) => /\d{3}|\./.test(figure)),
  );
