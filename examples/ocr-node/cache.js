const { createHash, randomUUID } = require('node:crypto');
const { mkdir, readFile, rename, writeFile } = require('node:fs/promises');
const { join } = require('node:path');

/** The oldest answers are dropped. */
const mostInMemory = 500;

/**
 * Which model reads. A release with `model:` sets these variables on the revision. Without them the revision stands for its model, because
 * its build brought it.
 */
function modelOf(env = process.env) {
  const named = [env.MODEL_REFERENCE, env.MODEL_VERSION, env.MODEL_DIGEST].filter(Boolean);
  return named.length > 0 ? named.join(' ') : (env.K_REVISION ?? 'local');
}

/** Everything that changes the text. The bytes of the image alone are not enough: see the README. */
function keyOf(image, { language, characters }, model) {
  const parts = [model, language, characters];
  return createHash('sha256').update(JSON.stringify(parts)).update('\n').update(image).digest('hex');
}

const memory = new Map();

/** A folder that all instances share, such as a mounted bucket. Without it, each instance has a cache of its own. */
const folder = () => process.env.OCR_CACHE;

async function load(key) {
  if (memory.has(key)) return memory.get(key);
  if (!folder()) return undefined;
  try {
    return JSON.parse(await readFile(join(folder(), `${key}.json`), 'utf8'));
  } catch {
    return undefined;
  }
}

/** A file gets its name only when it is whole. A cache that cannot be written only makes the next answer slower. */
async function save(key, page) {
  memory.set(key, page);
  if (memory.size > mostInMemory) memory.delete(memory.keys().next().value);
  if (!folder()) return;
  try {
    await mkdir(folder(), { recursive: true });
    const part = join(folder(), `${key}.${randomUUID()}`);
    await writeFile(part, JSON.stringify(page));
    await rename(part, join(folder(), `${key}.json`));
  } catch (error) {
    console.error(error);
  }
}

/** The same reader with a cache. Only pages that were read are kept, never an error. */
const cached = (read) => async (image, options, abandoned) => {
  const key = keyOf(image, options, modelOf());
  const known = await load(key);
  if (known) return known;
  const page = await read(image, options, abandoned);
  await save(key, page);
  return page;
};

module.exports = { cached, keyOf, modelOf };
