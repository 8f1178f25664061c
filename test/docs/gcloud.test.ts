import { expect, test } from '@jest/globals';
import { argvOf } from '../peers/repairs/argv.ts';
import { filled } from '../peers/repairs/printed/pages.ts';
import { WarmGcloud } from '../peers/repairs/warm-gcloud.ts';
import { allBlocks, pages, read } from './pages.ts';

/** Every command of gcloud on the pages, in blocks and in sentences, is one that gcloud's own parser accepts. */

/** What the words of a sentence stand for. */
const words: Readonly<Record<string, string>> = { REVISION: 'ocr-00001-abc', KEY_ID: '1234', TAG: 'smoke' };
const known = (text: string) =>
  filled(text).replace(/\b[A-Z]{2,}(?:_[A-Z]+)*\b/g, (word) => words[word] ?? word);

/** What an earlier block of the page has set, and the other programs that blocks call, as functions. */
const prelude = `
PROJECT=my-project REGION=europe-west1 NAME=ocr-api NUMBER=123456789012 REPO_ID=770001 OWNER_ID=4211 MEMBER=user:a@example.com
DEPLOYER=deployer@my-project.iam.gserviceaccount.com INVOKER=$DEPLOYER RUNTIME=$DEPLOYER
gh() { echo 1; }
crane() { :; }
cat() { :; }
`;
const scripts = allBlocks('sh', 'shell', 'bash')
  .filter(({ text }) => /^\s*(?:\w+=\$\()?gcloud /m.test(text))
  .map(({ place, text }) => ({
    place,
    partial: false,
    text: prelude + text.replaceAll('done < repositories.txt', "done <<< 'acme/ocr'"),
  }));

/** Commands in sentences. One with `…` shows only a part. */
const inSentences = pages.flatMap((page) =>
  [
    ...read(page)
      .replace(/^```[\s\S]*?^```/gm, '')
      .matchAll(/`(gcloud [^`]+)`/g),
  ]
    .map(([, text]) => text as string)
    .filter((text) => !/…|\|/.test(text) && text.split(' ').some((word) => word.startsWith('-')))
    .map((text) => ({ place: page, text: known(text), partial: true })),
);

test('the commands are found', () => {
  expect(scripts.length).toBeGreaterThan(30);
  expect(inSentences.length).toBeGreaterThan(10);
});

(WarmGcloud.isHere() ? test : test.skip)(
  'gcloud accepts every command of the pages',
  async () => {
    const lines = [...scripts, ...inSentences].flatMap(({ place, text, partial }) =>
      argvOf(text).map((words) => ({ place, words, partial })),
    );
    const gcloud = await WarmGcloud.start();
    try {
      const answers = await gcloud.parse(lines.map(({ words }) => words));
      // A file that the reader has is not there for the parser. A sentence may name a command without all that it takes.
      const mayBe = /Unable to read file/;
      const mayBeInSentences =
        /Unable to read file|: Must be specified|Command name argument expected|: expected one argument/;
      const refused = lines.flatMap(({ place, words, partial }, at) => {
        const answer = answers[at];
        if (!answer || (partial ? mayBeInSentences : mayBe).test(answer)) return [];
        return [`${place}: ${words.join(' ')}: ${answer}`];
      });
      expect(refused).toEqual([]);
      expect(await gcloud.parse([['functions', 'deploy', 'x', '--no-such-flag']])).not.toEqual([null]);
    } finally {
      await gcloud.stop();
    }
  },
  300_000,
);
