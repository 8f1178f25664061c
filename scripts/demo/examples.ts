import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

const root = join(import.meta.dirname, '..', '..');

/** One of the example functions, with what the demo's faults need to know about its language. */
export interface Example {
  folder: string;
  runtime: string;
  memory: string;
  /** Adds what is not in the folder of the example. */
  complete(folder: string): void;
  /** Wraps the function: after a number of requests, every second one fails. */
  breakAfter(folder: string, requests: number): void;
  /** What is replaced so that, after a number of images, it reads every one of them upside down. */
  turned: { file: string; from: string; to: (images: number) => string };
  /** The file with its languages, with both and with one. */
  languages: { file: string; both: string; one: string };
}

const node: Example = {
  folder: join(root, 'examples/ocr-node'),
  runtime: 'nodejs24',
  memory: '512Mi',
  complete: () => undefined,
  breakAfter: (folder, requests) => {
    renameSync(join(folder, 'index.js'), join(folder, 'function.js'));
    writeFileSync(
      join(folder, 'index.js'),
      `'use strict';
const { ocr } = require('./function.js');
let served = 0;
exports.ocr = (req, res) => {
  served += 1;
  if (served > ${requests} && served % 2 === 0)
    return res.status(500).json({ error: { code: 500, message: 'Out of buffers.' } });
  return ocr(req, res);
};
`,
    );
  },
  turned: {
    file: 'recognizer.js',
    from: 'ready.recognize(image)',
    to: (images) =>
      `ready.recognize(image, { rotateRadians: (ready.served = (ready.served ?? 0) + 1) > ${images} ? Math.PI : 0 })`,
  },
  languages: { file: 'recognizer.js', both: "['eng', 'kor']", one: "['eng']" },
};

const python: Example = {
  folder: join(root, 'examples/ocr-python'),
  runtime: 'python313',
  memory: '1Gi',
  // The same data that get-languages.sh fetches. This repository has them for the example in Node.
  complete: (folder) => {
    mkdirSync(join(folder, 'tessdata'), { recursive: true });
    for (const language of ['eng', 'kor']) {
      const packed = `node_modules/@tesseract.js-data/${language}/4.0.0_best_int/${language}.traineddata.gz`;
      const data = gunzipSync(readFileSync(join(root, packed)));
      writeFileSync(join(folder, 'tessdata', `${language}.traineddata`), data);
    }
  },
  breakAfter: (folder, requests) => {
    renameSync(join(folder, 'main.py'), join(folder, 'function.py'));
    writeFileSync(
      join(folder, 'main.py'),
      `import itertools

import functions_framework
import function

served = itertools.count(1)


@functions_framework.http
def ocr(request):
    number = next(served)
    if number > ${requests} and number % 2 == 0:
        return {"error": {"code": 500, "message": "Out of buffers."}}, 500
    return function.ocr(request)
`,
    );
  },
  turned: {
    file: 'reader.py',
    from: '.convert("RGB")',
    to: (images) =>
      `.convert("RGB").rotate(180 if (setattr(read, "served", getattr(read, "served", 0) + 1) or read.served) > ${images} else 0)`,
  },
  languages: { file: 'reader.py', both: '["eng", "kor"]', one: '["eng"]' },
};

export const examples = { node, python } as const;
export type ExampleName = keyof typeof examples;

const hasPython = (): boolean => spawnSync('python3', ['-m', 'venv', '--help']).status === 0;

/** The example to release. Without Python on this machine it is the one in Node, and a sentence says so. */
export function chooseExample(name: ExampleName, say: (text: string) => void, found = hasPython): Example {
  if (name === 'node' || found()) return examples[name];
  say('This machine has no python3 with venv, so the demo releases the example in Node.');
  return node;
}

/** Copies the example to a folder to release. A different `note` makes a different build of the same code. */
export function copyExample(example: Example, folder: string, note: string): void {
  mkdirSync(folder, { recursive: true });
  const skipped = /node_modules|__pycache__|tessdata/;
  cpSync(example.folder, folder, {
    recursive: true,
    filter: (path) => !skipped.test(path.slice(example.folder.length)),
  });
  example.complete(folder);
  writeFileSync(join(folder, 'BUILD.txt'), `${note}\n`);
}
