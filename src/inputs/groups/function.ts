import { parseLabels, parseVariables } from '../../domain/deploy/values.ts';
import { group } from '../../domain/inputs/definition.ts';
import { custom } from '../../domain/inputs/kind.ts';
import { text } from '../../domain/inputs/kinds.ts';
import { buildAccount } from './network.ts';
import { resourceName } from './shapes.ts';

const deploying = { release: {}, deploy: {} } as const;
const live = 'what is live';

export const variables = custom('KEY=VALUE by commas or newlines', parseVariables, 'keys');
/** How maps are written; the same words in each sentence. */
export const mapSyntax =
  '`KEY=VALUE` by commas or newlines. Quotes protect commas, `\\\\` stands for a backslash, and a line that begins with `#` is a comment. What you set replaces all earlier ones, and `{}` removes them.';

export const functionGroup = group('The function and its build', {
  runtime: {
    kind: text({ pattern: /^[a-z]+\d+$/, expected: 'a runtime such as nodejs24 or python313' }),
    sentence: "Runtime. It is checked against Google's list. Required for a new function.",
    example: 'nodejs24',
    otherwise: live,
    essential: true,
    usedBy: deploying,
  },
  entry_point: {
    kind: text({ pattern: /^[\w.:$-]{1,256}$/, expected: 'the name of a function in the source' }),
    sentence: 'Name of the function in the source that answers requests.',
    example: 'ocr',
    otherwise: 'what is live; for a new function its own name',
    essential: true,
    usedBy: deploying,
  },
  description: {
    kind: text({ expected: 'a description', maxLength: 4096, shown: 'hidden' }),
    sentence: 'Description of the function for people.',
    example: 'Reads text from images',
    otherwise: live,
    usedBy: deploying,
  },
  labels: {
    kind: custom('KEY=VALUE by commas or newlines', parseLabels, 'keys'),
    sentence:
      'Labels, `KEY=VALUE` by commas or newlines. What you set replaces all earlier ones, and `{}` removes them.',
    example: 'team=vision',
    otherwise: live,
    usedBy: deploying,
  },
  environment: {
    kind: custom('GEN_2', parseEnvironment),
    sentence:
      'Generation of the function. Only GEN_2 works, because first-generation functions cannot split traffic.',
    example: 'GEN_2',
    otherwise: '`GEN_2`',
    usedBy: { deploy: {} },
  },
  build_environment_variables: {
    kind: variables,
    sentence: `Variables of the build, ${mapSyntax}`,
    example: 'NODE_ENV=production',
    otherwise: live,
    usedBy: deploying,
  },
  build_service_account: {
    kind: buildAccount,
    sentence: 'E-mail of the service account that builds the function.',
    example: 'builder@my-project.iam.gserviceaccount.com',
    otherwise: live,
    usedBy: deploying,
  },
  build_worker_pool: {
    kind: resourceName('projects/P/locations/L/workerPools/W'),
    sentence: 'Worker pool of Cloud Build.',
    example: 'projects/my-project/locations/us-central1/workerPools/builders',
    otherwise: live,
    usedBy: deploying,
  },
  docker_repository: {
    kind: resourceName('projects/P/locations/L/repositories/R'),
    sentence: 'Artifact Registry repository for the image.',
    example: 'projects/my-project/locations/us-central1/repositories/functions',
    otherwise: live,
    usedBy: deploying,
  },
  kms_key_name: {
    kind: resourceName('projects/P/locations/L/keyRings/R/cryptoKeys/K'),
    sentence: 'Key that encrypts the resources of the function.',
    example: 'projects/my-project/locations/us-central1/keyRings/ring/cryptoKeys/key',
    otherwise: live,
    usedBy: deploying,
  },
});

function parseEnvironment(value: string): string {
  if (value === 'GEN_2') return value;
  throw new Error(
    'expected GEN_2: first-generation functions cannot split traffic (gcloud alpha functions upgrade converts them)',
  );
}
