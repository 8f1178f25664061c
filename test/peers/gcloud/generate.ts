/** Random trees with ignore files, of the kinds that people have and of stranger ones. */

export type Node = { type: 'file' } | { type: 'folder' } | { type: 'link'; target: string };

export interface Tree {
  /** Bytes of the path, relative, in the order in which the nodes are made. */
  nodes: [path: Buffer, node: Node][];
  /** Ignore files by name: what is written for our scan, and what gcloud reads. They differ if gcloud cannot read the encoding. */
  rules: { name: string; ours: Buffer; gclouds: Buffer }[];
}

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const plain = ['a', 'b', 'ab', 'abb', '.x', 'A', 'main.py', 'dist', 'secret', 'node_modules', 'k.pem', 'lib'];
const odd = [
  '[id]',
  '[a]',
  'x y',
  'trail ',
  ' lead',
  '#h',
  '!n',
  'é',
  '한',
  '😀',
  '😀b',
  'back\\s',
  'new\nline',
  'tab\t',
  'q\u2028',
  '*',
  '?',
];
const parts = [
  'a',
  'b',
  'ab',
  '*',
  'a*',
  '*b',
  '?',
  '??',
  '**',
  '.x',
  '.*',
  'A',
  '[ab]',
  '[!a]*',
  '[',
  '[z-a]',
  '[]a]',
  '[a-',
  'a\\*',
  'b ',
  'b\\ ',
  '',
  'secret',
  'dist',
  'lib',
  '*.pem',
  'k.*',
  '한',
  '😀*',
  '\\#h',
  '\\!n',
  '[[]id]',
  'back\\\\s',
  'x\\ y',
  'node_modules',
  '[!-~]*',
  '[a-😀]*',
  'main.py',
];

/** One tree of a seed. */
export function treeOf(seed: number): Tree {
  const next = random(seed);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(next() * from.length)] as T;
  const some = (least: number, most: number) => least + Math.floor(next() * (most - least + 1));
  const strange = next() < 0.3;
  const broken = next() < 0.03;

  const name = (): Buffer => {
    if (broken && next() < 0.2) return Buffer.concat([Buffer.from('bad'), Buffer.from([0xff, 0xc3])]);
    return Buffer.from(pick(strange && next() < 0.5 ? odd : plain));
  };
  const path = (depth: number): Buffer => {
    const names = Array.from({ length: depth }, name);
    return Buffer.concat(names.flatMap((each, at) => (at === 0 ? [each] : [Buffer.from('/'), each])));
  };
  const nodes: Tree['nodes'] = Array.from({ length: some(3, 12) }, () => [
    path(some(1, 4)),
    { type: 'file' },
  ]);
  if (next() < 0.2) nodes.push([path(some(1, 3)), { type: 'folder' }]);
  if (next() < 0.1) nodes.unshift([Buffer.from('.git/HEAD'), { type: 'file' }]);
  if (next() < 0.3)
    for (let count = some(1, 3); count > 0; count--) {
      const other = nodes[Math.floor(next() * nodes.length)]?.[0].toString('utf8') ?? 'a';
      const folder = other.split('/').slice(0, some(1, 3)).join('/');
      const targets = [other, folder, folder, `../${folder}`, '..', '.', '/etc/hostname', '/etc', 'l1'];
      if (broken) targets.push('nowhere');
      nodes.push([
        Buffer.concat([
          ...(next() < 0.5 ? [name(), Buffer.from('/')] : []),
          Buffer.from(pick(['l1', 'l2', 'l3'])),
        ]),
        { type: 'link', target: pick(targets) },
      ]);
    }

  const line = (): string => {
    if (next() < 0.06) return pick(['', '# comment', '#!include:.gitignore', '   ', '\\', 'a\\']);
    const negation = next() < 0.25 ? '!' : '';
    const body = Array.from({ length: some(1, 3) }, () => pick(parts)).join('/');
    return `${negation}${next() < 0.3 ? '/' : ''}${body}${next() < 0.25 ? '/' : ''}`;
  };
  const encoded = (text: string): Omit<Tree['rules'][number], 'name'> => {
    const same = (bytes: Buffer) => ({ ours: bytes, gclouds: bytes });
    const dice = next();
    if (dice < 0.04) return same(Buffer.from(`\ufeff${text}`));
    if (dice < 0.08) return same(Buffer.from(text.replaceAll('\n', '\r\n')));
    const utf16 = Buffer.from(`\ufeff${text}`, 'utf16le');
    if (dice < 0.12) return { ours: dice < 0.1 ? utf16 : utf16.swap16(), gclouds: Buffer.from(text) };
    if (dice < 0.14) return same(Buffer.from(`${text}\xe9\n`, 'latin1'));
    if (dice < 0.15) return same(Buffer.from(text.replaceAll('\n', '\0\n')));
    if (dice < 0.17) return same(Buffer.from(text.replaceAll('\n', pick(['\r', '\f', '\u2028', '\x1e']))));
    return same(Buffer.from(text));
  };
  const text = () => Array.from({ length: some(1, 6) }, line).join('\n') + (next() < 0.8 ? '\n' : '');
  const kind = next();
  const rules: Tree['rules'] = [];
  if (kind < 0.75) rules.push({ name: '.gcloudignore', ...encoded(text()) });
  if (kind > 0.6 && kind < 0.95) rules.push({ name: '.gitignore', ...encoded(text()) });
  return { nodes, rules };
}
