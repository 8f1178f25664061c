import { kindsText, targetKinds } from '../../domain/deploy/kind.ts';
import { imageText, parseImage } from '../../domain/image/reference.ts';
import { group } from '../../domain/inputs/definition.ts';
import { custom } from '../../domain/inputs/kind.ts';
import { choice } from '../../domain/inputs/kinds.ts';
import { variables } from './function.ts';
import { functionName } from './shapes.ts';

const deploying = { release: {}, deploy: {} } as const;

export const target = group('What is deployed', {
  target: {
    kind: choice(targetKinds),
    sentence: `How it is deployed: ${kindsText}. An existing service is never turned into another kind.`,
    example: 'run-image',
    otherwise: '`run-image` with `image`, else what exists, else `function`',
    usedBy: {
      ...deploying,
      doctor: {
        sentence: `How a first release will be made: ${kindsText}.`,
        otherwise: 'what exists, else `function`',
      },
    },
  },
  image: {
    kind: custom('an image such as us-central1-docker.pkg.dev/my-project/my-repository/ocr:1.4', (text) =>
      imageText(parseImage(text)),
    ),
    sentence:
      'Container image to deploy, in Artifact Registry or on Docker Hub. A tag is resolved to its digest before anything changes. It excludes `source_dir` and the inputs of the build.',
    example: 'us-central1-docker.pkg.dev/my-project/my-repository/ocr:1.4',
    essential: true,
    otherwise: 'source is deployed',
    usedBy: deploying,
  },
  service: {
    kind: functionName,
    sentence: 'Another name of `name`, as deploy-cloudrun@v3 calls it.',
    example: 'ocr-api',
    otherwise: '`name`',
    usedBy: deploying,
  },
  env_vars: {
    kind: variables,
    sentence:
      'Environment variables as deploy-cloudrun@v3 sets them, `KEY=VALUE` by commas or newlines: `env_vars_update_strategy` says what happens to the others. It excludes `environment_variables`.',
    example: 'LANGUAGES=en',
    otherwise: 'what is live',
    usedBy: deploying,
  },
  env_vars_update_strategy: {
    kind: choice(['merge', 'overwrite']),
    sentence: 'With `env_vars`: `merge` keeps the variables that are not named, `overwrite` removes them.',
    example: 'overwrite',
    default: 'merge',
    usedBy: deploying,
  },
  secrets_update_strategy: {
    kind: choice(['merge', 'overwrite']),
    sentence:
      'With `secrets`: `merge` keeps the secrets that are not named, as deploy-cloudrun@v3 does, `overwrite` removes them, as deploy-cloud-functions@v4 does.',
    example: 'merge',
    otherwise: '`overwrite` for a function; a service of Cloud Run that would lose a secret stops the run',
    usedBy: deploying,
  },
  labels_update_strategy: {
    kind: choice(['merge', 'overwrite']),
    sentence: 'With `labels`: `merge` keeps the labels that are not named, `overwrite` removes them.',
    example: 'merge',
    otherwise: '`overwrite` for a function; a service of Cloud Run that would lose a label stops the run',
    usedBy: deploying,
  },
});
