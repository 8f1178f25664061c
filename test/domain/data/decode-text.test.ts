import { expect, test } from '@jest/globals';
import { decodeText } from '../../../src/domain/data/decode-text.ts';

const bytes = (...values: number[]) => Uint8Array.from(values);

test('UTF-8 is decoded, with or without a byte order mark', () => {
  expect(decodeText(Buffer.from('합계 128,400원')).text).toBe('합계 128,400원');
  expect(decodeText(Buffer.from('\ufeffTOTAL')).text).toBe('TOTAL');
  expect(decodeText(bytes()).text).toBe('');
});

test.each([
  ['UTF-16', Buffer.from('\ufeff합계', 'utf16le')],
  ['UTF-16', bytes(0xfe, 0xff, 0xd5, 0x69)],
  ['UTF-16', Buffer.from('TOTAL 128.40', 'utf16le')],
  ['UTF-32', bytes(0xff, 0xfe, 0, 0, 0x41, 0, 0, 0)],
  ['EUC-KR', bytes(0xc7, 0xd5, 0xb0, 0xe8)],
  ['unknown', bytes(0x63, 0xe9, 0xff)],
] as const)('an encoding that looks like %s is named', (looksLike, input) => {
  expect(decodeText(input)).toEqual({ looksLike });
});
