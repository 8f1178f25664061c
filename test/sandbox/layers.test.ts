import {
  existsSync,
  lstatSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { unpackLayers } from '../../sandbox/revisions/layers.ts';
import { tarOf } from './support/image.ts';

let parent: string;
let root: string;
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'bs-layers-'));
  root = join(parent, 'root');
});
afterEach(() => rmSync(parent, { recursive: true, force: true }));

/** A tar archive whose one entry is a link. */
function link(path: string, target: string, type: '1' | '2' = '2'): Buffer {
  const tar = tarOf({ [path]: '' });
  tar.write(type, 156);
  tar.write(target, 157);
  return tar;
}
const text = (path: string) => readFileSync(join(root, path), 'utf8');

test('a later layer replaces, hides and empties what an earlier one has', () => {
  unpackLayers(
    [
      tarOf({ 'a/one': '1', 'a/two': '2', 'b/three': '3', 'c/four': '4' }),
      tarOf({ 'a/one': 'new', 'a/.wh.two': '', 'b/.wh..wh..opq': '', 'b/five': '5', '.wh.c': '' }),
    ],
    root,
  );
  expect([text('a/one'), text('b/five')]).toEqual(['new', '5']);
  for (const gone of ['a/two', 'b/three', 'c'])
    expect([gone, existsSync(join(root, gone))]).toEqual([gone, false]);
});

test('links stay inside the image, wherever they say that they lead', () => {
  writeFileSync(join(parent, 'secret'), 'secret');
  unpackLayers(
    [
      tarOf({ 'etc/passwd': 'of the image', 'usr/bin/node': 'x' }),
      link('abs', '/etc/passwd'),
      link('up', '../../../../secret'),
      link('bin', 'usr/bin'),
      link('top', '/'),
      link('copy', 'etc/passwd', '1'),
    ],
    root,
  );
  expect([text('abs'), text('bin/node'), text('copy')]).toEqual(['of the image', 'x', 'of the image']);
  expect(existsSync(join(root, 'up'))).toBe(false);
  expect(readlinkSync(join(root, 'up')).startsWith(root)).toBe(true);
  unpackLayers([tarOf({ 'top/top/written': 'here' }), link('top/top/out', '../../../secret')], root);
  expect(text('written')).toBe('here');
  expect(existsSync(join(root, 'out'))).toBe(false);
});

test('a hard link out of the image copies nothing', () => {
  writeFileSync(join(parent, 'secret'), 'secret');
  expect(() => unpackLayers([link('copy', '../secret', '1')], root)).toThrow();
  expect(existsSync(join(root, 'copy'))).toBe(false);
});

test('paths that leave the archive are refused, and devices left out', () => {
  expect(() => unpackLayers([tarOf({ '../x': '' })], root)).toThrow('leaves the archive');
  const device = tarOf({ 'dev/null': '' });
  device.write('3', 156);
  unpackLayers([device], root);
  expect(lstatSync(join(root, 'dev'), { throwIfNoEntry: false })).toBeUndefined();
  expect(() => unpackLayers([tarOf({ a: 'x'.repeat(600) }).subarray(0, 700)], root)).toThrow('truncated');
});
