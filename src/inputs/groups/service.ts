import { parseCpu, parseMemory } from '../../domain/deploy/quantity.ts';
import { secretSettings } from '../../domain/deploy/secrets.ts';
import { mapOrEmpty } from '../../domain/deploy/values.ts';
import { group } from '../../domain/inputs/definition.ts';
import { custom } from '../../domain/inputs/kind.ts';
import { integer, wholeSeconds } from '../../domain/inputs/kinds.ts';
import { mapSyntax, variables } from './function.ts';
import { accountEmail } from './shapes.ts';

const deploying = { release: {}, deploy: {} } as const;
const live = 'what is live';

export const service = group('Its instances', {
  memory: {
    kind: custom('an amount of memory such as 512Mi or 1Gi', parseMemory),
    sentence: 'Memory of an instance.',
    example: '1Gi',
    otherwise: live,
    essential: true,
    usedBy: deploying,
  },
  cpu: {
    kind: custom('a number of CPUs', parseCpu),
    sentence: 'CPUs of an instance.',
    example: '2',
    otherwise: live,
    usedBy: deploying,
  },
  service_timeout: {
    kind: wholeSeconds('1s', '60m'),
    sentence: 'How long a request may take.',
    example: '120s',
    otherwise: live,
    usedBy: deploying,
  },
  min_instance_count: {
    kind: integer(0, 100_000),
    sentence: 'Number of instances that are kept warm.',
    example: '1',
    otherwise: live,
    usedBy: deploying,
  },
  max_instance_count: {
    kind: integer(0, 100_000),
    sentence: 'Largest number of instances at a time. It limits your bill.',
    example: '10',
    otherwise: live,
    usedBy: deploying,
  },
  max_instance_request_concurrency: {
    kind: integer(1, 1000),
    sentence: 'Number of requests that one instance handles at a time.',
    example: '8',
    otherwise: live,
    usedBy: deploying,
  },
  environment_variables: {
    kind: variables,
    sentence: `Variables of the function, ${mapSyntax}`,
    example: 'LANGUAGES="eng,kor"',
    otherwise: live,
    usedBy: deploying,
  },
  secrets: {
    kind: custom(
      'NAME=SECRET:VERSION by commas or newlines',
      (text) => {
        const map = mapOrEmpty(text);
        // The project is not known yet, but it does not decide which values are valid.
        secretSettings(map, 'project');
        return map;
      },
      'keys',
    ),
    sentence:
      'Secrets of Secret Manager by commas or newlines: `NAME=SECRET:VERSION` for a variable, `/PATH=SECRET:VERSION` for a file. `PROJECT/SECRET/VERSION` and full names work too. What you set replaces all earlier ones, and `{}` removes them.',
    example: 'API_KEY=ocr-key:3',
    otherwise: live,
    usedBy: deploying,
  },
  runtime_service_account: {
    kind: accountEmail,
    sentence: 'E-mail of the service account that the function runs as.',
    example: 'ocr@my-project.iam.gserviceaccount.com',
    otherwise: live,
    usedBy: {
      ...deploying,
      doctor: {
        sentence: 'E-mail of the service account that the code of a first release will run as.',
        otherwise: 'the account that it runs as, else the default account of the project',
      },
    },
  },
});
