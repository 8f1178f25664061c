import { z } from 'zod';
import { isObject } from '../../../data/json.ts';
import { product, schemaUrl, suiteSchemaFile } from '../../../product.ts';
import { durationPattern, presetNames, sizePattern } from './parts.ts';
import { suiteSchema } from './suite-file.ts';

type Node = { [key: string]: unknown };

/** Messages and completions for editors (yaml-language-server, JetBrains), which zod has no place for. */
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
  'denies-anonymous':
    'A request without a token gets 401 or 403, and the body does not contain the text of the image.',
  'denies-access-token': 'A bearer token that looks like an OAuth access token is refused.',
  'denies-wrong-audience': 'An ID token for another audience is refused.',
  'denies-expired-token': 'An expired ID token is refused.',
  'corrupt-then-good':
    'A corrupt image gets a 4xx that reveals no server internals, and the function still reads the next good image. With `fresh`, both begin with the same new bytes, so that a cache which keeps failures shows.',
  'empty-body': 'An empty body gets a 4xx.',
  'wrong-type': 'A text instead of an image gets a 4xx.',
  'too-large': 'A body larger than the limit of the platform is refused.',
  'pixel-bomb': 'A small file with very many pixels is refused or read within a time limit.',
  deterministic: 'The same image gives the same text in every request.',
  'concurrent-equals-serial': 'The same image gives the same text if several requests arrive at once.',
  'cold-start': 'The very first request is answered in time. No percentile includes it.',
  'cache-correct':
    'The same image with another language, option or model gives the same answers with a warm cache as without one.',
};

/** Adds what editors need to every node of a generated schema. */
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

/** A placeholder in a snippet. The editor jumps from one to the next. */
const placeholder = (number: number, text: string) => `\${${number}:${text}}`;

const skeleton = {
  version: 1,
  cases: [
    {
      name: placeholder(1, 'invoice'),
      image: placeholder(2, 'images/invoice.png'),
      expect: { text: placeholder(3, 'the text in the image'), contains: [placeholder(4, 'TOTAL 128.40')] },
    },
  ],
  presets: ['denies-anonymous', 'corrupt-then-good', 'deterministic'],
};

/** JSON Schema (draft-07) of the suite file for editors, generated from the schema that reads the file. */
export function suiteJsonSchema(): object {
  const generated = z.toJSONSchema(suiteSchema, { target: 'draft-7', io: 'input' }) as Node;
  const { $schema, ...rest } = decorate(generated) as Node;
  return {
    $schema,
    $id: schemaUrl(suiteSchemaFile),
    title: `${product} smoke suite`,
    description: 'Images, the text that an OCR function must read in each of them, and ready-made checks.',
    defaultSnippets: [
      {
        label: 'smoke suite',
        description: 'One image with its text, and three ready-made checks',
        body: skeleton,
      },
    ],
    ...rest,
  };
}
