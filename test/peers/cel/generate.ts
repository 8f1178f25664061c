/** Makes expressions at random, from a seed: mostly of right types, sometimes of wrong ones. */

type Kind = 'bool' | 'text' | 'int' | 'list';

/** Marsaglia's xorshift with 32 bits. */
function randomFrom(seed: number): () => number {
  let state = seed | 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

const texts = [
  "'acme'",
  "'acme/ocr'",
  "'refs/heads/main'",
  "''",
  "'/'",
  "':'",
  "'Ünïted'",
  "'카메라😀'",
  "'K'",
  "' prod eu '",
  "r'a\\d'",
  '"push"',
];
const paths = [
  'assertion.sub',
  'assertion.repository',
  "assertion['repository_owner']",
  'assertion.ref',
  'assertion.actor',
  'assertion.environment',
  'assertion.head_ref',
  'google.subject',
  'attribute.repository',
  'attribute.owner',
  'resource.name',
  'assertion.nested.level',
];
const pieces = [
  ...[
    'a',
    'c',
    '.',
    '\\\\w',
    '\\\\d',
    '\\\\pL',
    '\\\\p{Lu}',
    '[a-m]',
    '[^/]',
    '[[:alnum:]]',
    '[[:upper:]]',
    '/',
    ':',
    'ü',
    '😀',
    '카',
  ],
  ...[
    '\\\\A',
    '\\\\z',
    '^',
    '$',
    '\\\\b',
    '\\\\B',
    '\\\\s',
    '(?i)',
    '(?s)',
    '(?m)',
    '\\\\Z',
    '\\\\1',
    '(?=a)',
    '\\\\Q.\\\\E',
    '\\\\x{63}',
  ],
];
const marks = ['', '', '', '*', '+', '?', '*?', '+?', '??', '{2}', '{1,}', '{,3}', '{0,2}', '++'];

/** `count` expressions of this seed. */
export function generate(seed: number, count: number): string[] {
  const random = randomFrom(seed);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  const often = (share: number) => random() < share;

  const pattern = (): string => {
    const parts = Array.from({ length: 1 + Math.floor(random() * 4) }, () => {
      const piece = often(0.2) ? `(${pick(['', '?:', '?P<n>', '?i:'])}${pattern()})` : pick(pieces);
      return piece + pick(marks);
    });
    return parts.join('') + (often(0.1) ? `|${pick(pieces)}` : '');
  };

  const text = (depth: number): string => {
    if (depth <= 0 || often(0.35)) return often(0.6) ? pick(paths) : pick(texts);
    return pick<() => string>([
      () => `${text(depth - 1)}.${pick(['lowerAscii', 'upperAscii', 'trim'])}()`,
      () => `${text(depth - 1)} + ${text(depth - 1)}`,
      () => `${text(depth - 1)}.extract(${pick(["'{x}/'", "'repo:{x}'", "'/{x}'", "'{x}'", "'a{x}e'"])})`,
      () => `${text(depth - 1)}.replace(${pick(texts)}, ${pick(texts)})`,
      () => `${text(depth - 1)}.substring(${integer(0)})`,
      () => `${text(depth - 1)}.substring(${integer(0)}, ${integer(0)})`,
      () => `${text(depth - 1)}.charAt(${integer(0)})`,
      () => `${list(depth - 1)}[${integer(0)}]`,
      () => `${list(depth - 1)}.join(${pick(texts)})`,
      () => `(${bool(depth - 1)} ? ${text(depth - 1)} : ${text(depth - 1)})`,
      () => `string(${pick([integer(depth - 1), text(depth - 1)])})`,
    ])();
  };

  const integer = (depth: number): string => {
    if (depth <= 0 || often(0.4)) return pick(['0', '1', '2', '4', '8', '-1', '11']);
    return pick<() => string>([
      () => `size(${pick([text(depth - 1), list(depth - 1)])})`,
      () => `${text(depth - 1)}.size()`,
      () => `${text(depth - 1)}.indexOf(${pick(texts)})`,
      () => `${text(depth - 1)}.lastIndexOf(${pick(texts)})`,
      () => `(${integer(depth - 1)} ${pick(['+', '-', '*', '/', '%'])} ${integer(depth - 1)})`,
      () => `int(${pick(["'7'", "'x'", 'assertion.repository_id'])})`,
      () =>
        pick(['assertion.exp', 'assertion.ratio', 'request.time.getHours()', 'request.time.getDayOfYear()']),
    ])();
  };

  const list = (depth: number): string => {
    if (depth <= 0 || often(0.4))
      return pick([
        'google.groups',
        'assertion.groups',
        "['a', 'acme', 'main']",
        '[]',
        `[${text(0)}, ${text(0)}]`,
      ]);
    return pick<() => string>([
      () => `${text(depth - 1)}.split(${pick(texts)})`,
      () => `${text(depth - 1)}.split(${pick(texts)}, ${integer(0)})`,
      () => `${list(depth - 1)}.filter(x, ${predicate(depth - 1)})`,
      () => `${list(depth - 1)}.map(x, x + ${pick(texts)})`,
      () => `${list(depth - 1)} + ${list(depth - 1)}`,
    ])();
  };

  const predicate = (depth: number): string =>
    pick([
      `x == ${text(depth)}`,
      `x.startsWith(${text(0)})`,
      `x.matches('${pattern()}')`,
      `x in ${list(0)}`,
      `size(x) > 2`,
    ]);

  const bool = (depth: number): string => {
    if (depth <= 0)
      return pick([
        `${text(0)} == ${text(0)}`,
        'true',
        'false',
        `has(${pick(paths.filter((p) => !p.includes('[')))})`,
      ]);
    return pick<() => string>([
      () => `${text(depth - 1)} ${pick(['==', '!=', '<', '<=', '>', '>='])} ${text(depth - 1)}`,
      () => `${integer(depth - 1)} ${pick(['==', '!=', '<', '>='])} ${integer(depth - 1)}`,
      () => `${text(depth - 1)}.matches('${pattern()}')`,
      () => `${text(depth - 1)}.matches('${pattern()}')`,
      () => `matches(${text(depth - 1)}, '${pattern()}')`,
      () => `${text(depth - 1)}.${pick(['startsWith', 'endsWith', 'contains'])}(${text(depth - 1)})`,
      () => `${text(depth - 1)} in ${list(depth - 1)}`,
      () => `${list(depth - 1)}.${pick(['all', 'exists', 'exists_one'])}(x, ${predicate(depth - 1)})`,
      () => `(${bool(depth - 1)} && ${bool(depth - 1)})`,
      () => `(${bool(depth - 1)} || ${bool(depth - 1)})`,
      () => `!(${bool(depth - 1)})`,
      () =>
        `has(${pick(['assertion.environment', 'assertion.sub', 'attribute.owner', 'assertion.nested.level', 'google.groups'])})`,
      () => `(${bool(depth - 1)} ? ${bool(depth - 1)} : ${bool(depth - 1)})`,
      () =>
        `request.time ${pick(['<', '>='])} timestamp('${pick(['2026-11-29T12:00:00Z', '2027-01-01T00:00:00+09:00', '2028-02-30T00:00:00Z'])}')`,
      () => `${list(depth - 1)} == ${list(depth - 1)}`,
      // Wrong types, as a mistake would have them.
      () => `${any(depth - 1)} == ${any(depth - 1)}`,
    ])();
  };

  const any = (depth: number): string => {
    const makers: Record<Kind, (at: number) => string> = { bool, text, int: integer, list };
    return makers[pick<Kind>(['bool', 'text', 'int', 'list'])](depth);
  };

  return Array.from({ length: count }, () => bool(1 + Math.floor(random() * 3)));
}
