import { expect, test } from '@jest/globals';
import { verbs } from '../../src/cli/verbs.ts';
import { readWords } from '../../src/cli/words/arguments.ts';
import { isGlobal, verbIn } from '../../src/cli/words/find-verb.ts';
import { flagsOf, isSwitch } from '../../src/cli/words/flag.ts';
import { readFlags } from '../../src/cli/words/values.ts';
import { allBlocks } from './pages.ts';

/** Every `backstay VERB ...` that a page shows is one that the command line takes. */

const lines = allBlocks('sh', 'shell', 'bash').flatMap(({ place, text }) =>
  text
    .replace(/\\\n\s*/g, ' ')
    .split('\n')
    .filter((line) => /^(npx \S+ \S*|npx )?backstay /.test(line.trim()))
    .map((line) => [place, line.trim()] as const),
);

test('there are some', () => expect(lines.length).toBeGreaterThan(5));

test.each(lines)('%s: %s', async (_, line) => {
  const argv = [...line.replace(/^.*?backstay /, '').matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(
    ([, a, b, c]) => a ?? b ?? (c as string),
  );
  const name = verbIn(argv);
  if (name === 'help' || name === 'version') return;
  const entry = verbs[name ?? ''];
  expect([name, entry !== undefined]).toEqual([name, true]);
  const flags = flagsOf(await (entry as NonNullable<typeof entry>).load());
  const switches = flags.filter(isSwitch).map(({ input }) => input);
  const words = readWords(
    argv.map((word) => word.replace(/^\$\{?\w+\}?$/, 'value')),
    (flag) => isGlobal(flag) || switches.includes(flag.replaceAll('-', '_').replace(/^no_/, '')),
  );
  const given = readFlags(words, flags, { add: () => {}, hide: () => {}, show: () => {} });
  expect(given.problems.filter((problem) => /no such flag|given twice/.test(problem))).toEqual([]);
});
