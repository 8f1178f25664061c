import { z } from 'zod';
import { isObject } from '../../data/json.ts';
import { product, schemaUrl, suiteSchemaFile } from '../../product.ts';
import { durationPattern, presetNames, sizePattern, suiteSchema } from './schema.ts';

type Node = { [key: string]: unknown };

/** Help that zod cannot carry: editors show these words and completions (yaml-language-server, JetBrains). */
const byPattern: Record<string, Node> = {
  [durationPattern]: {
    patternErrorMessage: 'expected a duration such as 500ms, 3s or 1m',
    examples: ['500ms', '3s', '1m'],
  },
  [sizePattern]: {
    patternErrorMessage: 'expected a size such as 500KiB or 33MiB',
    examples: ['500KiB', '33MiB'],
  },
};

const presetHelp: Record<(typeof presetNames)[number], string> = {
  'denies-anonymous': 'A request without a token is refused with 401 or 403, and the body is not the text.',
  'denies-access-token': 'A bearer in the form of an OAuth access token is refused.',
  'denies-wrong-audience': 'An ID token for another audience is refused.',
  'denies-expired-token': 'An expired ID token is refused.',
  'corrupt-then-good':
    'A corrupt image is refused with 4xx, shows nothing of the server, and the next good one is read.',
  'empty-body': 'An empty body is refused with 4xx.',
  'wrong-type': 'A text instead of an image is refused with 4xx.',
  'too-large': 'A body above the platform limit is refused.',
  'pixel-bomb': 'A small file with very many pixels is refused, or read, in bounded time.',
  deterministic: 'The same image gives the same text every time.',
  'concurrent-equals-serial': 'The same image gives the same text when several requests come at once.',
  'cold-start': 'The first request is answered in time; it is in no percentile.',
};

function decorate(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(decorate);
  if (!isObject(value)) return value;
  const node: Node = Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, decorate(inner)]));
  if (typeof node.pattern === 'string') Object.assign(node, byPattern[node.pattern]);
  if (Array.isArray(node.enum) && node.enum.length === presetNames.length)
    node.markdownEnumDescriptions = presetNames.map((name) => presetHelp[name]);
  if (typeof node.description === 'string') node.markdownDescription = node.description;
  return node;
}

/** A place that the editor jumps to. */
const stop = (number: number, text: string) => `\${${number}:${text}}`;

const skeleton = {
  version: 1,
  cases: [
    {
      name: stop(1, 'invoice'),
      image: stop(2, 'images/invoice.png'),
      expect: { text: stop(3, 'the text in the image'), contains: [stop(4, 'TOTAL 128.40')] },
    },
  ],
  presets: ['denies-anonymous', 'corrupt-then-good', 'deterministic'],
};

/** JSON Schema (draft-07) of the suite file for editors, from the schema that reads it. */
export function suiteJsonSchema(): object {
  const generated = z.toJSONSchema(suiteSchema, { target: 'draft-7', io: 'input' }) as Node;
  const { $schema, ...rest } = decorate(generated) as Node;
  return {
    $schema,
    $id: schemaUrl(suiteSchemaFile),
    title: `${product} smoke suite`,
    description: 'Images and the text that an OCR function must read in them, and ready-made checks.',
    defaultSnippets: [
      {
        label: 'smoke suite',
        description: 'One image, its text and three ready-made checks',
        body: skeleton,
      },
    ],
    ...rest,
  };
}
