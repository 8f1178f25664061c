/** The first lint of a process, in milliseconds of CPU: `node first-lint.ts yaml|json`. Prints one number. */
import { lint } from '../../../src/domain/gateway/lint.ts';
import { readDocument } from '../../../src/domain/gateway/read-document.ts';
import { documentOf } from './gateway-document.ts';

const text = documentOf(process.argv[2] === 'json' ? 'json' : 'yaml');
const started = process.cpuUsage();
const read = readDocument(text);
if ('problem' in read) throw new Error(read.problem);
if (lint(read.api).length > 0) throw new Error('the document is read wrongly');
const { user, system } = process.cpuUsage(started);
console.log((user + system) / 1000);
