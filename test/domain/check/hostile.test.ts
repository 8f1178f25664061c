import { expect, test } from '@jest/globals';
import { check } from '../../support/check-repository.ts';

/** Files that defend themselves against being read are named, and cost little time. */

const bomb = [
  'a0: &a0 [x, x, x, x, x, x, x, x, x, x]',
  ...Array.from({ length: 11 }, (_, i) => `a${i + 1}: &a${i + 1} [${Array(10).fill(`*a${i}`).join(', ')}]`),
].join('\n');

const files: Record<string, [text: string, why: RegExp]> = {
  '.github/workflows/bomb.yml': [bomb, /aliases stand for more/],
  '.github/workflows/self.yml': ['a: &a [*a]', /contains itself/],
  '.github/workflows/flow.yml': [`a: ${'['.repeat(100_000)}`, /nested too deeply/],
  '.github/workflows/shell.yml': [
    `on: push\njobs:\n  a:\n    steps:\n      - run: echo ${'$('.repeat(100_000)}`,
    /nested too deeply/,
  ],
  'interpolation.tf': [`a = ${'"${'.repeat(100_000)}`, /nested too deeply/],
  'lists.tf': [`a = ${'['.repeat(100_000)}`, /nested too deeply/],
  'minus.tf': [`a = ${'!'.repeat(100_000)}true`, /nested too deeply/],
  'open.tf': [`a = "${'x'.repeat(100_000)}`, /does not end/],
  'nested.tf.json': [`{ "a": ${'['.repeat(100_000)}`, /nested too deeply/],
  'template.tf.json': [`{ "a": "$\{var.x" }`, /not valid HCL/],
  'long.sh': ['gcloud run deploy x $(echo y)\n'.repeat(60_000), /larger than 1 MiB/],
};

test.each(Object.entries(files))('%s', (file, [text, why]) => {
  const { found } = check({ [file]: text });
  const unread = found.find(({ rule }) => rule === 'check-unreadable');
  expect([unread?.at.file, unread?.title]).toEqual([file, expect.stringMatching(why)]);
});

test('a program that never closes its brackets costs little time', () => {
  const call = "gcp.cloudrunv2.ServiceIamMember('x', { role: [";
  const { user } = process.cpuUsage();
  const { found } = check({
    'Pulumi.yaml': 'name: x\nruntime: nodejs\n',
    'index.ts': call.repeat(20_000),
  });
  expect(found).toEqual([]);
  // Its own time and not that of a busy machine.
  expect(process.cpuUsage().user - user).toBeLessThan(5_000_000);
});
