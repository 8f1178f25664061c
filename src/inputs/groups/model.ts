import { group, usedBy } from '../../domain/inputs/definition.ts';
import { custom } from '../../domain/inputs/kind.ts';
import { text } from '../../domain/inputs/kinds.ts';
import { modelVariables } from '../../domain/model/model.ts';
import { andList } from '../../domain/text/sentence.ts';
import { parseReference, referenceSentence, registryInputs } from '../../models/registry.ts';

const carrying = { release: {}, deploy: {} } as const;

const reference = custom('a model such as gs://my-bucket/ocr/model.onnx', (given) => {
  const value = given.trim();
  parseReference(value);
  return value;
});

const names = andList(Object.values(modelVariables).map((name) => `\`${name}\``));

export const modelGroup = group('The model', {
  model: {
    kind: reference,
    shown: 'plain',
    sentence: `The model that the new revision uses: ${referenceSentence}. It is resolved to an exact version before anything is built, and the revision gets it as the environment variables ${names}. So traffic that goes back takes the model back as well.`,
    example: 'gs://my-bucket/ocr/model.onnx',
    essential: true,
    otherwise: 'none: the variables stay as they are',
    usedBy: {
      ...carrying,
      rollback: {
        sentence:
          'The model as the release names it. Its alias goes back with the traffic. Which version or alias the reference names does not matter here.',
        otherwise: 'none: no alias is moved',
      },
      model: {
        required: true,
        sentence: `The model as the release names it: ${referenceSentence}. Which version or alias the reference names matters only with \`mode: resolve\`.`,
      },
    },
  },
  model_alias: {
    kind: text({
      // MLflow reserves `latest`, and `v` with a number.
      pattern: /^(?!(?:latest|v\d+)$)[a-z][\w-]{0,126}$/i,
      expected: 'an alias such as champion, or none',
    }),
    sentence:
      'Alias that names the version that serves, in a registry that has aliases. It moves after the promotion, and back after a rollback. An alias that somebody else has moved meanwhile stays where it is. `none` moves no alias.',
    example: 'production',
    default: 'champion',
    usedBy: {
      release: {},
      rollback: {},
      model: {
        sentence: 'Alias that should name the version that serves. `none` looks at no alias and at no tags.',
      },
    },
  },
  ...usedBy(registryInputs, { ...carrying, rollback: {}, model: {} }),
});
