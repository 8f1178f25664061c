/**
 * The first lint of a process: `node first-lint.ts yaml|json`. Prints its milliseconds by the clock and on the processor. The second
 * counts all threads, also those that compile and collect meanwhile.
 */
import { lint } from '../../../src/domain/gateway/lint.ts';
import { readDocument } from '../../../src/domain/gateway/read-document.ts';
import { documentOf } from './gateway-document.ts';

const text = documentOf(process.argv[2] === 'json' ? 'json' : 'yaml');
const began = performance.now();
const started = process.cpuUsage();
const read = readDocument(text);
if ('problem' in read) throw new Error(read.problem);
if (lint(read.api).length > 0) throw new Error('the document is read wrongly');
const milliseconds = performance.now() - began;
const { user, system } = process.cpuUsage(started);
console.log(milliseconds, (user + system) / 1000);
