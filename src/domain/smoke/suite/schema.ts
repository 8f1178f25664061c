import { z } from 'zod';

/** The suite file as users write it. `schemas/backstay.smoke.json` is generated from this. */

export const presetNames = [
  'denies-anonymous',
  'denies-access-token',
  'denies-wrong-audience',
  'denies-expired-token',
  'corrupt-then-good',
  'empty-body',
  'wrong-type',
  'too-large',
  'pixel-bomb',
  'deterministic',
  'concurrent-equals-serial',
  'cold-start',
] as const;
export type PresetName = (typeof presetNames)[number];

export const requestShapes = ['raw', 'multipart', 'vision-json', 'documentai', 'json', 'gcs', 'url'] as const;
export const textPresets = ['auto', 'vision', 'documentai', 'json', 'plain'] as const;

export const durationPattern = '^\\d+(\\.\\d+)?(ms|s|m)$';
export const sizePattern = '^\\d+(\\.\\d+)?(B|KiB|MiB)$';
const duration = z.string().regex(new RegExp(durationPattern), 'expected a duration such as 500ms, 3s or 1m');
const size = z.string().regex(new RegExp(sizePattern), 'expected a size such as 500KiB or 33MiB');
const rate = z.number().min(0).max(1);
const oneOrMany = <T extends z.ZodType>(item: T) => z.union([item, z.array(item).min(1).max(100)]);
const text = z.string().max(100_000);

const request = z
  .strictObject({
    as: z
      .enum(requestShapes)
      .optional()
      .describe('How the image is sent. Default: raw, or gcs and url for such images.'),
    method: z.enum(['POST', 'PUT', 'PATCH']).optional().describe('Default: POST.'),
    path: z
      .string()
      .startsWith('/')
      .max(2000)
      .optional()
      .describe('Path and query after the URL of the function. Default: /'),
    field: z
      .string()
      .min(1)
      .max(100)
      .optional()
      .describe('multipart: name of the form field. Default: image'),
    filename: z
      .string()
      .min(1)
      .max(200)
      .optional()
      .describe('multipart: file name. Default: the name of the image'),
    type: z.string().max(100).optional().describe('Content type of the image. Default: from its first bytes'),
    headers: z.record(z.string(), z.string().max(4000)).optional().describe('Further headers.'),
    template: z
      .json()
      .optional()
      .describe(
        'json: the body, with {{base64}}, {{data_url}}, {{uri}}, {{type}} and {{name}} in its strings.',
      ),
  })
  .describe('How the image is sent.');

const source = z
  .strictObject({
    preset: z.enum(textPresets).optional().describe('Shape of the answer. Default: auto'),
    path: z.string().min(1).max(1000).optional().describe('JMESPath to the text; a list is joined.'),
    join: z.string().max(20).optional().describe('Between the parts of a list. Default: a line break'),
    no_error_at: z
      .string()
      .max(1000)
      .optional()
      .describe('JMESPath that must give nothing: an error inside a 200.'),
  })
  .describe('Where the text is in the answer.');

const normalize = z
  .strictObject({
    whitespace: z
      .enum(['auto', 'ignore', 'collapse', 'keep'])
      .optional()
      .describe(
        'auto ignores white space where the expected text is Korean, Chinese or Japanese. Default: auto',
      ),
    unit: z
      .enum(['code-point', 'grapheme'])
      .optional()
      .describe('What counts as one character. Default: code-point'),
    compat: z
      .boolean()
      .optional()
      .describe('Compatibility forms are equal (NFKC; middle dots stay). Default: false'),
    equivalents: z
      .boolean()
      .optional()
      .describe('Quotes, dashes and middle dots of every kind are equal. Default: false'),
    ignore_case: z.boolean().optional().describe('Default: false'),
  })
  .describe('What counts as the same text. Both sides are always in NFC.');

const field = z
  .strictObject({
    path: z.string().min(1).max(1000).optional().describe('JMESPath to the value in the answer.'),
    pattern: z
      .string()
      .min(1)
      .max(1000)
      .optional()
      .describe('Regular expression over the text; its first group is the value.'),
    equals: z.union([z.string().max(10_000), z.number(), z.boolean()]).describe('The exact value.'),
  })
  .describe('One value compared exactly: by pattern in the text, or by path in the answer.');

const expectation = z
  .strictObject({
    status: oneOrMany(z.int().min(100).max(599)).optional().describe('Default: 200'),
    text: text.optional().describe('The text that is in the image.'),
    text_file: z.string().min(1).max(1000).optional().describe('File with the text, relative to the suite.'),
    empty: z.literal(true).optional().describe('A blank image: no text may be found.'),
    max_stray: z
      .int()
      .min(0)
      .max(1000)
      .optional()
      .describe('empty: characters that may be found all the same. Default: 0'),
    max_cer: rate
      .optional()
      .describe('Most character errors per expected character. Default with a text: 0.02'),
    max_wer: rate
      .optional()
      .describe('Most word errors per expected word. Not for Korean: spacing dominates it.'),
    contains: oneOrMany(text.min(1)).optional().describe('Must be in the text.'),
    not_contains: oneOrMany(text.min(1)).optional().describe('Must not be in the text.'),
    matches: oneOrMany(z.string().min(1).max(1000))
      .optional()
      .describe('Regular expressions that must match the text.'),
    fields: z.record(z.string(), field).optional().describe('Values compared exactly, by name.'),
    headers: z
      .record(z.string(), z.string().max(1000))
      .optional()
      .describe('Headers of the answer: exact, or /regex/.'),
    max_latency: duration.optional().describe('Longest time of the answer, such as 3s.'),
  })
  .describe('What must be true of the answer.');

const common = {
  request: z
    .union([z.enum(requestShapes), request])
    .optional()
    .describe('How the image is sent.'),
  text: z
    .union([z.enum(textPresets), source])
    .optional()
    .describe('Where the text is in the answer.'),
  normalize: normalize.optional(),
  expect: expectation.optional(),
  timeout: duration.optional().describe('For one attempt. Default: 30s'),
  retries: z
    .int()
    .min(0)
    .max(5)
    .optional()
    .describe('Further attempts after 429, 503, a reset or a cold-start timeout. Default: 2'),
};

const presetOptions = z.strictObject({
  preset: z.enum(presetNames),
  case: z
    .string()
    .max(200)
    .optional()
    .describe('Name of the case whose image and text are used. Default: the first with a text'),
  times: z
    .int()
    .min(2)
    .max(50)
    .optional()
    .describe('deterministic, concurrent-equals-serial: how many requests.'),
  size: size.optional().describe('too-large: size of the body. Default: 33MiB'),
  pixels: z.int().min(1000).max(60_000).optional().describe('pixel-bomb: width and height. Default: 20000'),
  within: duration.optional().describe('pixel-bomb, cold-start: longest time. Default: 10s, 30s'),
});

export const suiteSchema = z.strictObject({
  version: z.literal(1).describe('Version of this file format.'),
  name: z.string().min(1).max(100).optional().describe('Shown in reports. Default: the file name'),
  defaults: z.strictObject(common).optional().describe('What every case has unless it says otherwise.'),
  cases: z
    .array(
      z.strictObject({
        name: z.string().min(1).max(200).optional().describe('Shown in reports. Default: the image'),
        image: z
          .string()
          .min(1)
          .max(2000)
          .describe('File relative to the suite, or gs:// or https:// to send by reference.'),
        skip: z.string().min(1).max(500).optional().describe('Why this case is not run.'),
        ...common,
      }),
    )
    .min(1)
    .max(500)
    .describe('Images and what must be read in them.'),
  presets: z
    .array(z.union([z.enum(presetNames), presetOptions]))
    .max(50)
    .optional()
    .describe('Ready-made checks, one line each.'),
  latency: z
    .strictObject({
      samples: z.int().min(1).max(1000).optional().describe('Warm requests. Default: 20'),
      concurrency: z.int().min(1).max(32).optional().describe('Requests at a time. Default: 1'),
      case: z
        .string()
        .max(200)
        .optional()
        .describe('Name of the case to repeat. Default: the first with a text'),
      p50: duration.optional(),
      p95: duration.optional(),
      p99: duration.optional(),
      max: duration.optional(),
      cold: duration.optional().describe('Limit of the first request, which is in no percentile.'),
    })
    .optional()
    .describe('Percentiles of warm requests.'),
});

export type SuiteFile = z.infer<typeof suiteSchema>;
export type CaseFile = SuiteFile['cases'][number];
