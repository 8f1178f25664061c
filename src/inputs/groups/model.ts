import { group, usedBy } from '../../domain/inputs/definition.ts';
import { custom } from '../../domain/inputs/kind.ts';
import { modelVariables } from '../../domain/model/model.ts';
import { parseReference, referenceSentence, registryInputs } from '../../models/registry.ts';

const carrying = { release: {}, deploy: {} } as const;

const reference = custom('a model such as gs://my-bucket/ocr/model.onnx', (text) => {
  const value = text.trim();
  parseReference(value);
  return value;
});

const names = Object.values(modelVariables)
  .map((name) => `\`${name}\``)
  .join(', ')
  .replace(/, (?=[^,]*$)/, ' and ');

export const modelGroup = group('The model', {
  model: {
    kind: reference,
    shown: 'plain',
    sentence: `The model that the new revision uses: ${referenceSentence}. It is resolved to an exact version before anything is built, and the revision gets it as the environment variables ${names}. So traffic that goes back takes the model back as well.`,
    example: 'gs://my-bucket/ocr/model.onnx',
    essential: true,
    otherwise: 'none: the variables stay as they are',
    usedBy: carrying,
  },
  ...usedBy(registryInputs, carrying),
});
