/** A command line, taken apart. Nothing is known yet about which flags exist. */
export interface Words {
  verb: string | undefined;
  operands: string[];
  /** Flags in the order in which they came; `value` is undefined for a flag without one. */
  flags: { name: string; value: string | undefined }[];
  problems: string[];
}

const short: Readonly<Record<string, string>> = {
  '-h': 'help',
  '-V': 'version',
  '-v': 'verbose',
  '-y': 'yes',
};

/**
 * Takes the words behind the program apart: `--flag value`, `--flag=value`, `--flag` and `--no-flag` for yes and no, `--` before words
 * that are no flags. Names may have hyphens or underscores.
 * @param isSwitch true for a flag that takes no value unless it is written with `=`
 */
export function readWords(argv: readonly string[], isSwitch: (name: string) => boolean): Words {
  const words: Words = { verb: undefined, operands: [], flags: [], problems: [] };
  let rest = false;
  for (let at = 0; at < argv.length; at++) {
    const word = argv[at] as string;
    if (rest || word === '-' || !word.startsWith('-')) {
      if (words.verb === undefined && !rest) words.verb = word;
      else words.operands.push(word);
      continue;
    }
    if (word === '--') {
      rest = true;
      continue;
    }
    const long = short[word] === undefined ? word : `--${short[word]}`;
    if (!long.startsWith('--')) {
      words.problems.push(`${word}: no flag has one letter but ${Object.keys(short).join(', ')}`);
      continue;
    }
    const equals = long.indexOf('=');
    const name = (equals < 0 ? long.slice(2) : long.slice(2, equals)).replaceAll('_', '-').toLowerCase();
    if (equals >= 0) words.flags.push({ name, value: long.slice(equals + 1) });
    else if (isSwitch(name)) words.flags.push({ name, value: undefined });
    else if (at + 1 < argv.length && isValue(argv[at + 1] as string))
      words.flags.push({ name, value: argv[++at] as string });
    else words.flags.push({ name, value: undefined });
  }
  return words;
}

/** A negative number and a lone hyphen are values. Anything else that begins with a hyphen is the next flag. */
const isValue = (word: string): boolean => !word.startsWith('-') || word === '-' || /^-\d/.test(word);
