import { copyFileSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Builds of the example function that are broken in one way each. The example itself has no switch for this: a variant
 * is a copy with one file changed, or with a wrapper around `ocr`.
 */
const example = join(import.meta.dirname, '..', '..', 'examples', 'ocr-node');

interface Edit {
  file: string;
  from: string;
  to: string;
}

interface Variant {
  edits?: Edit[];
  /** Body of `(req, res, ocr) => ...`. It may call `change(res, fn)` to alter the JSON answer before it is sent. */
  wrap?: string;
  /** Code that runs once, when the module is loaded. */
  before?: string;
}

const edit = (file: string, from: string, to: string): Edit => ({ file, from, to });

/** Refuses calls as Google's front end would, by checking the named parts of a JWT. Tokens use HS256 with `test-key`. */
const gate = (checks: string) => `
  const [, token = ''] = /^Bearer (.+)$/.exec(req.headers.authorization ?? '') ?? [];
  const [head, body, signature] = token.split('.');
  let claims = {};
  try { claims = JSON.parse(Buffer.from(body ?? '', 'base64url').toString()); } catch {}
  const signed = require('node:crypto').createHmac('sha256', 'test-key').update(head + '.' + body).digest('base64url') === signature;
  const audience = claims.aud === (process.env.AUDIENCE ?? 'https://ocr.test');
  const alive = claims.exp > Date.now() / 1000;
  if (!(${checks})) return res.status(401).json({ error: { code: 401, message: 'Who are you?' } });
  return ocr(req, res);`;

const swapDigits = `(text) => text.replace(/(\\d)(?!\\1)(\\d)(?=\\D*$|\\.\\d+\\D*$)/, '$2$1')`;

/** The function with the cache. A part of its key may be left out. */
const cachedOcr = (key = '[model, language, characters]'): Variant => ({
  edits: [
    edit('index.js', 'module.exports = { ocr, ocrCached }', 'module.exports = { ocr: ocrCached }'),
    edit('cache.js', '[model, language, characters]', key),
  ],
});

export const variants = {
  /** Behaves like the example, but has other bytes. */
  good: { wrap: 'return ocr(req, res);' },
  cached: cachedOcr(),
  'cached-without-language': cachedOcr('[model, characters]'),
  'english-only': { edits: [edit('recognizer.js', "['eng', 'kor']", "['eng']")] },
  /** Turns 128.40 into 182.40, so that at most two characters of the text differ. */
  'swapped-digits': {
    wrap: `const swap = ${swapDigits};
  change(res, (answer) => {
    answer.text = swap(answer.text);
    for (const page of answer.responses) page.fullTextAnnotation.text = swap(page.fullTextAnnotation.text);
    answer.document.text = swap(answer.document.text);
  });
  return ocr(req, res);`,
  },
  /** Good at first, so that the smoke test passes. After `FAILS_AFTER` requests every fourth one is a 500, as with a leak. */
  'fails-some': {
    before: 'let served = 0;',
    wrap: `served += 1;
  if (served > Number(process.env.FAILS_AFTER ?? 60) && served % 4 === 0) return res.status(500).json({ error: { code: 500, message: 'Out of buffers.' } });
  return ocr(req, res);`,
  },
  'crash-at-start': { before: "throw new Error('The configuration is missing.');" },
  'stack-trace': {
    wrap: `const json = res.end.bind(res);
  res.end = (text) => {
    if (res.statusCode !== 422) return json(text);
    res.statusCode = 400;
    json('<pre>' + new Error('decode failed').stack + '</pre>');
  };
  return ocr(req, res);`,
  },
  'dies-on-corrupt': {
    wrap: `const end = res.end.bind(res);
  res.end = (text) => (res.statusCode === 422 ? process.exit(1) : end(text));
  return ocr(req, res);`,
  },
  'not-deterministic': {
    before: 'let turn = 0;',
    wrap: `change(res, (answer) => { if (turn++ % 4 === 3) answer.text = answer.text.toLowerCase(), answer.responses[0].fullTextAnnotation.text = answer.text; });
  return ocr(req, res);`,
  },
  'mixes-up': {
    before: 'let running = 0;',
    wrap: `running += 1;
  let crowded = running > 1;
  change(res, (answer) => { if (crowded || running > 1) answer.responses[0].fullTextAnnotation.text = answer.text = answer.text.slice(0, 5); });
  try { return await ocr(req, res); } finally { running -= 1; }`,
  },
  'empty-is-ok': {
    wrap: `return (req.rawBody?.length ?? 0) === 0 ? res.json({ text: '' }) : ocr(req, res);`,
  },
  'reads-anything': {
    wrap: `return req.contentType.startsWith('text/') ? res.json({ text: '' }) : ocr(req, res);`,
  },
  'no-limit': {
    edits: [edit('door.js', 'maxBodyBytes = 28 * 1024 * 1024', 'maxBodyBytes = Infinity')],
    wrap: `return req.rawBody?.length > 30e6 ? res.json({ text: '' }) : ocr(req, res);`,
  },
  'decodes-bombs': {
    edits: [edit('image.js', 'maxPixels = 16_000_000', 'maxPixels = Infinity')],
  },
  'slow-start': {
    before: 'let first = true;',
    wrap: `if (first) { first = false; await new Promise((done) => setTimeout(done, 1500)); }
  return ocr(req, res);`,
  },
  'strict-gate': { wrap: gate('signed && audience && alive') },
  'any-bearer': { wrap: gate("token !== ''") },
  'any-audience': { wrap: gate('signed && alive') },
  'ignores-expiry': { wrap: gate('body && audience') },
  'answers-anyway': {
    wrap: `if (!req.headers.authorization) res.status = () => { res.statusCode = 401; return res; };
  return ocr(req, res);`,
  },
} satisfies Record<string, Variant>;
export type VariantName = keyof typeof variants;

/** Writes the sources of a variant into `folder`, and returns the folder. */
export function writeVariant(name: VariantName, folder: string): string {
  const variant: Variant = variants[name];
  mkdirSync(folder, { recursive: true });
  for (const file of readdirSync(example))
    if (/\.(js|json)$/.test(file)) copyFileSync(join(example, file), join(folder, file));
  for (const { file, from, to } of variant.edits ?? []) {
    const text = readFileSync(join(folder, file), 'utf8');
    if (!text.includes(from)) throw new Error(`${file} of the example no longer holds ${from}`);
    writeFileSync(join(folder, file), text.replace(from, to));
  }
  if (variant.wrap === undefined && variant.before === undefined) return folder;
  renameSync(join(folder, 'index.js'), join(folder, 'original.js'));
  writeFileSync(
    join(folder, 'index.js'),
    `'use strict';
// ${name}
const { ocr } = require('./original.js');
${variant.before ?? ''}

function change(res, fn) {
  const json = res.json.bind(res);
  res.json = (answer) => {
    if (answer?.responses) fn(answer);
    return json(answer);
  };
}

async function wrapped(req, res) {
  ${variant.wrap ?? 'return ocr(req, res);'}
}

module.exports = { ocr: wrapped };
`,
  );
  return folder;
}
