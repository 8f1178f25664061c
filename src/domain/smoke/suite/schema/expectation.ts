import { z } from 'zod';
import { duration, oneOrMany, rate, text } from './parts.ts';

/** What a case expects of the answer. */

const field = z
  .strictObject({
    path: z.string().min(1).max(1000).optional().describe('JMESPath to the value in the answer.'),
    pattern: z
      .string()
      .min(1)
      .max(1000)
      .optional()
      .describe('Regular expression to search in the text. Its first group is the value.'),
    equals: z
      .union([z.string().max(10_000), z.number(), z.boolean()])
      .describe('The exact value. With pattern it must be a string: write 128.40 as "128.40".'),
  })
  .describe('One value that must be exact, found by a pattern in the text or by a path in the answer.');

export const expectation = z
  .strictObject({
    status: oneOrMany(z.int().min(100).max(599))
      .optional()
      .describe('Allowed status, or a list of them. Default: 200'),
    text: text.optional().describe('The text in the image.'),
    text_file: z
      .string()
      .min(1)
      .max(1000)
      .optional()
      .describe('File with the text in the image, in UTF-8. Its path is relative to the suite.'),
    empty: z.literal(true).optional().describe('The image is blank, so no text may be found.'),
    max_stray: z
      .int()
      .min(0)
      .max(1000)
      .optional()
      .describe('How many characters may be found in a blank image, for empty. Default: 0'),
    max_cer: rate
      .optional()
      .describe(
        'Largest character error rate: errors per expected character. Default: 0.02 if there is a text.',
      ),
    max_wer: rate
      .optional()
      .describe(
        'Largest word error rate: wrong words per expected word. Do not use it for Korean, where spacing dominates it.',
      ),
    models: z
      .record(
        z.string().min(1).max(1000),
        z.strictObject({
          max_cer: rate.optional().describe('Largest character error rate of this model.'),
          max_wer: rate.optional().describe('Largest word error rate of this model.'),
        }),
      )
      .optional()
      .describe(
        'Thresholds of single models, in place of max_cer and max_wer, each under name@version, name@alias or a reference; * stands for any text. The first that means the model of the revision counts.',
      ),
    contains: oneOrMany(text.min(1)).optional().describe('Phrases that must be in the text.'),
    not_contains: oneOrMany(text.min(1)).optional().describe('Phrases that must not be in the text.'),
    matches: oneOrMany(z.string().min(1).max(1000))
      .optional()
      .describe('Regular expressions that must match the text.'),
    fields: z.record(z.string(), field).optional().describe('Values that must be exact, each with a name.'),
    headers: z
      .record(z.string(), z.string().max(1000))
      .optional()
      .describe('Headers of the answer: the exact value, or /pattern/ for a regular expression.'),
    max_latency: duration.optional().describe('Longest time until the whole answer arrived, such as 3s.'),
  })
  .describe('What must be true of the answer.');
