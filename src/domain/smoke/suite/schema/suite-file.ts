import { z } from 'zod';
import { expectation } from './expectation.ts';
import { duration, oneOrMany, presetNames, requestShapes, size, textPresets } from './parts.ts';
import { normalize, request, source } from './request.ts';

/** The suite file as users write it. `npm run docs` generates `schemas/backstay.smoke.json` from this. */

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
  fresh: z
    .boolean()
    .optional()
    .describe(
      'Whether every request sends the image with other bytes and the same pixels, so that no cache by content can answer. Default: false',
    ),
  timeout: duration.optional().describe('Time limit of one attempt. Default: 30s'),
  retries: z
    .int()
    .min(0)
    .max(5)
    .optional()
    .describe(
      'How often a request is repeated after a 429, a 503, a reset or a timeout during a cold start. Default: 2',
    ),
};

const presetOptions = z.strictObject({
  preset: z.enum(presetNames).describe('Name of the check.'),
  case: z
    .string()
    .max(200)
    .optional()
    .describe('Name of the case whose image and text the check uses. Default: the first case with a text.'),
  times: z
    .int()
    .min(2)
    .max(50)
    .optional()
    .describe('How many requests to send, for deterministic (default 5) and concurrent-equals-serial (8).'),
  size: size.optional().describe('Size of the body, for too-large. Default: 33MiB'),
  pixels: z
    .int()
    .min(1000)
    .max(60_000)
    .optional()
    .describe('Width and height of the image, for pixel-bomb. Default: 20000'),
  variants: z
    .array(
      z.strictObject({
        name: z.string().min(1).max(100).describe('What differs, such as English only.'),
        request: request.describe('What differs in the request of the case, such as its path or a header.'),
        expect: expectation.optional(),
      }),
    )
    .min(1)
    .max(20)
    .optional()
    .describe(
      'For cache-correct: the same image with another language, option or model, each with its request.',
    ),
  compare: oneOrMany(z.string().min(1).max(1000))
    .optional()
    .describe(
      'For cache-correct: JMESPaths to values of the answer that must be right too, such as the name of the model.',
    ),
  within: duration
    .optional()
    .describe('Longest time until the answer, for pixel-bomb (default 10s) and cold-start (30s).'),
});

export const suiteSchema = z.strictObject({
  version: z.literal(1).describe('Version of this file format.'),
  name: z.string().min(1).max(100).optional().describe('Name shown in reports. Default: the file name.'),
  defaults: z
    .strictObject(common)
    .optional()
    .describe('Settings of every case. A case may replace each of them.'),
  cases: z
    .array(
      z.strictObject({
        name: z
          .string()
          .min(1)
          .max(200)
          .optional()
          .describe('Name shown in reports. Default: the path of the image.'),
        image: z
          .string()
          .min(1)
          .max(2000)
          .describe(
            'Image file, relative to the suite; or a gs:// or https:// address, which is sent instead of the image.',
          ),
        skip: z
          .string()
          .min(1)
          .max(500)
          .optional()
          .describe('Why this case is skipped. Leave it out to run the case.'),
        ...common,
      }),
    )
    .min(1)
    .max(500)
    .describe('The images, and what the function must read in each of them.'),
  presets: z
    .array(z.union([z.enum(presetNames), presetOptions]))
    .max(50)
    .optional()
    .describe('Ready-made checks, one line each.'),
  champion: z
    .strictObject({
      max_worse: z
        .number()
        .min(0.0001)
        .max(1)
        .optional()
        .describe(
          'How much larger the mean character error rate may be than that of the champion: 0.01 is one more error in 100 characters. Default: 0.01',
        ),
    })
    .optional()
    .describe(
      'Sends the images to the revision that serves as well, and fails if this one reads them worse and not by chance.',
    ),
  latency: z
    .strictObject({
      samples: z.int().min(1).max(1000).optional().describe('Number of warm requests. Default: 20'),
      concurrency: z
        .int()
        .min(1)
        .max(32)
        .optional()
        .describe('How many requests run at the same time. Default: 1'),
      case: z
        .string()
        .max(200)
        .optional()
        .describe('Name of the case to repeat. Default: the first case with a text.'),
      p50: duration.optional().describe('Limit of the median.'),
      p95: duration.optional().describe('Limit of the 95th percentile.'),
      p99: duration.optional().describe('Limit of the 99th percentile.'),
      max: duration.optional().describe('Limit of the slowest request.'),
      cold: duration
        .optional()
        .describe('Limit of the very first request, which may meet a cold start. No percentile includes it.'),
    })
    .optional()
    .describe('Measures warm requests and compares their percentiles with limits.'),
});

export type SuiteFile = z.infer<typeof suiteSchema>;
export type CaseFile = SuiteFile['cases'][number];
