import { z } from 'zod';
import { requestShapes, textPresets } from './parts.ts';

/** How a case sends its image, and where the text is in the answer. */

export const request = z
  .strictObject({
    as: z
      .enum(requestShapes)
      .optional()
      .describe('How the image is sent. Default: raw; gcs or url for an image with such an address.'),
    method: z.enum(['POST', 'PUT', 'PATCH']).optional().describe('HTTP method. Default: POST.'),
    path: z
      .string()
      .regex(/^\//, 'expected a path that begins with /')
      .max(2000)
      .optional()
      .describe('Path and query to add to the URL of the function. Default: /'),
    field: z
      .string()
      .min(1)
      .max(100)
      .optional()
      .describe('Name of the form field, for multipart. Default: image'),
    filename: z
      .string()
      .min(1)
      .max(200)
      .optional()
      .describe('File name to send, for multipart. Default: the name of the image.'),
    type: z
      .string()
      .max(100)
      .optional()
      .describe('Content type of the image. Default: detected from its first bytes.'),
    headers: z.record(z.string(), z.string().max(4000)).optional().describe('Headers to add to the request.'),
    template: z
      .json()
      .optional()
      .describe(
        'The body, for json. Its strings may contain {{base64}}, {{data_url}}, {{uri}}, {{type}} and {{name}}.',
      ),
  })
  .describe('How the image is sent.');

export const source = z
  .strictObject({
    preset: z.enum(textPresets).optional().describe('Shape of the answer. Default: auto'),
    path: z
      .string()
      .min(1)
      .max(1000)
      .optional()
      .describe('JMESPath to the text. The parts of a list are joined.'),
    join: z.string().max(20).optional().describe('What joins the parts of a list. Default: a line break.'),
    no_error_at: z
      .string()
      .max(1000)
      .optional()
      .describe('JMESPath that must find nothing. Use it if the function reports errors with status 200.'),
  })
  .describe('Where the text is in the answer.');

export const normalize = z
  .strictObject({
    whitespace: z
      .enum(['auto', 'ignore', 'collapse', 'keep'])
      .optional()
      .describe(
        'How white space is compared. With auto it is ignored if the expected text is Korean, Chinese or Japanese, and every run of it counts as one space otherwise. Default: auto',
      ),
    unit: z
      .enum(['code-point', 'grapheme'])
      .optional()
      .describe('What counts as one character. Default: code-point'),
    compat: z
      .boolean()
      .optional()
      .describe(
        'Whether compatibility forms such as full-width letters equal their plain forms (NFKC; middle dots are kept). Default: false',
      ),
    equivalents: z
      .boolean()
      .optional()
      .describe(
        'Whether quotes of every kind are equal, and likewise dashes and middle dots. Default: false',
      ),
    ignore_case: z.boolean().optional().describe('Whether upper and lower case are equal. Default: false'),
  })
  .describe('Which texts count as the same. Both texts are always brought to NFC first.');
