const { readFile } = require('node:fs/promises');
const { dirname, join } = require('node:path');
const { gunzipSync } = require('node:zlib');
const { createWorker } = require('tesseract.js');
const { Failure } = require('./failure.js');

const languages = ['eng', 'kor'];
/** How many requests may wait for the one worker. More of them would only time out later. */
const maxWaiting = 32;
const deadlineMs = 30_000;

/** The smaller data of each package. They give the same text for all example images at a quarter of the size. */
const folderOf = (language) =>
  join(dirname(require.resolve(`@tesseract.js-data/${language}/package.json`)), '4.0.0_best_int');

/**
 * Starts one tesseract.js worker with every language and without network access. Without a local `langPath` it would ask
 * a CDN, and without `errorHandler` a bad image would end the process. `langPath` is a single folder, but each language
 * is a package of its own. So the other languages are written into the worker's memory, and adding them to `loaded`
 * keeps tesseract.js from fetching them.
 */
async function startWorker() {
  const [first, ...others] = languages;
  const loaded = [first];
  let fail;
  const failed = new Promise((_, reject) => {
    fail = (error) => reject(new Error(`tesseract.js: ${error}`));
  });
  failed.catch(() => {});
  const options = { langPath: folderOf(first), cacheMethod: 'none', errorHandler: fail };
  const worker = await Promise.race([createWorker(loaded, 1, options), failed]);
  for (const language of others) {
    const data = gunzipSync(await readFile(join(folderOf(language), `${language}.traineddata.gz`)));
    await worker.FS('writeFile', [`./${language}.traineddata`, data]);
    loaded.push(language);
  }
  if (others.length > 0) await worker.reinitialize(languages.join('+'), 1);
  return worker;
}

let current;
let waiting = 0;
let tail = Promise.resolve();

/** The warm worker. If its start failed, the next request starts it again. */
function worker() {
  if (!current) {
    const starting = startWorker();
    starting.then(
      (started) => started.worker.on('error', () => replace(starting)),
      () => replace(starting),
    );
    current = starting;
  }
  return current;
}

function replace(broken) {
  if (current !== broken) return;
  current = undefined;
  broken.then((started) => started.terminate()).catch(() => {});
}

/** Tells the worker what to read. It keeps that until the next request wants something else. */
async function choose(ready, { language, characters }) {
  if (ready.language !== language && (ready.language !== undefined || language !== languages.join('+')))
    await ready.reinitialize(language, 1);
  ready.language = language;
  await ready.setParameters({ tessedit_char_whitelist: characters });
}

async function recognizeNow(image, options) {
  const used = worker();
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => {
      replace(used);
      reject(new Failure(503, 'The image took too long to read.', { 'retry-after': '5' }));
    }, deadlineMs);
  });
  const read = async () => {
    const ready = await used;
    await choose(ready, options);
    try {
      const { data } = await ready.recognize(image);
      return {
        text: data.text.trim(),
        confidence: Math.round(data.confidence) / 100,
        model: process.env.MODEL_VERSION,
      };
    } catch {
      throw new Failure(422, 'The image could not be decoded.');
    }
  };
  try {
    return await Promise.race([read(), late]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Reads one image as `{text, confidence, model}`, with a confidence from 0 to 1. Images are read in the order of arrival. `options` are
 * those of `optionsOf`. `abandoned` returns true once the caller no longer waits for the answer.
 */
function recognize(image, options, abandoned = () => false) {
  if (waiting >= maxWaiting) throw new Failure(429, 'Too many images are waiting.', { 'retry-after': '1' });
  waiting += 1;
  const result = tail.then(() => {
    if (abandoned()) throw new Failure(499, 'The caller has gone.');
    return recognizeNow(image, options);
  });
  tail = result.then(
    () => {},
    () => {},
  );
  return result.finally(() => {
    waiting -= 1;
  });
}

module.exports = { recognize, languages, warmUp: () => worker().catch((error) => console.error(error)) };
