import { group } from '../../domain/inputs/definition.ts';
import { custom } from '../../domain/inputs/kind.ts';
import { choice, duration, list, path, text, wholeSeconds } from '../../domain/inputs/kinds.ts';
import { programLine, variableName } from '../../domain/inputs/program.ts';
import { suiteFile } from '../../domain/product.ts';

const smokeTest = { 'smoke-test': {} } as const;

const plainUrl = custom(
  'a URL such as https://ocr.example.com or http://127.0.0.1:8080',
  (value) => {
    const url = URL.canParse(value) ? new URL(value) : undefined;
    if (!url || !/^https?:$/.test(url.protocol) || url.username || url.search || url.hash)
      throw new Error('expected a URL such as https://ocr.example.com or http://127.0.0.1:8080');
    return url.href;
  },
  'origin',
);

/** deploy-cloudrun@v3 calls the time of a request by the same name as the smoke test calls that of all checks. */
const ofService = {
  kind: wholeSeconds('1s', '60m'),
  sentence: 'Another name of `service_timeout`, as deploy-cloudrun@v3 calls it.',
  example: '120s',
  otherwise: '`service_timeout`',
} as const;

export const smoke = group('Smoke test', {
  smoke_suite: {
    kind: path('the path of a smoke suite, or none'),
    shown: 'plain',
    sentence: 'Path of the smoke suite, relative to the workspace. `none` skips the smoke test.',
    example: `tests/${suiteFile}`,
    otherwise: `\`${suiteFile}\` if that file exists, else none`,
    essential: true,
    usedBy: { release: {} },
  },
  suite: {
    kind: path('the path of a smoke suite'),
    shown: 'plain',
    sentence:
      'Path of the suite file, relative to the workspace. Paths of images in it are relative to the suite.',
    example: `tests/${suiteFile}`,
    default: suiteFile,
    usedBy: {
      ...smokeTest,
      capacity: {
        sentence:
          'Path of the suite file, relative to the workspace. Its images are the load, and its expected texts say which answers are right.',
      },
      doctor: {
        sentence:
          'Path of the suite file, relative to the workspace. The doctor reads it with every file that it names.',
      },
    },
  },
  url: {
    kind: plainUrl,
    sentence: 'URL to test, such as a server on this runner. The action never sends a token to it.',
    example: 'http://127.0.0.1:8080',
    otherwise: 'none',
    usedBy: smokeTest,
  },
  command: {
    kind: programLine,
    sentence:
      'Program and arguments that start the function on this runner, for pull requests without cloud access. No shell runs: quotes work, variables do not. The program must listen on `PORT`. The action stops it and everything that it started.',
    example: 'npx functions-framework --target=ocr',
    otherwise: 'none',
    usedBy: smokeTest,
  },
  working_directory: {
    kind: path('the path of a folder'),
    shown: 'plain',
    sentence: 'Folder that `command` starts in, relative to the workspace.',
    example: 'functions/ocr',
    default: '.',
    usedBy: smokeTest,
  },
  isolation: {
    kind: choice(['auto', 'required', 'none']),
    sentence:
      'Whether `command` is kept away from the tokens in the other processes of the job. `auto` isolates it if the runner can, and warns if not. `required` fails if not. `none` runs it like any other step.',
    example: 'required',
    default: 'auto',
    usedBy: smokeTest,
  },
  inherit_env: {
    kind: list(variableName),
    sentence:
      'Names of further environment variables that `command` gets. Without it the command gets the usual ones, such as `PATH`, `HOME` and `NODE_ENV`, and no token of the job.',
    example: 'OCR_LANGUAGE, OCR_MODEL',
    default: '',
    usedBy: smokeTest,
  },
  ready_timeout: {
    kind: duration('1s', '60m'),
    sentence: 'How long `command` may take until it listens.',
    example: '2m',
    default: '60s',
    usedBy: smokeTest,
  },
  timeout: {
    kind: duration('1s', '6h'),
    sentence: 'How long all checks together may take.',
    example: '5m',
    usedBy: { 'smoke-test': { default: '15m' }, release: ofService, deploy: ofService },
  },
  expired_token: {
    kind: text({
      pattern: /^[\w-]+\.[\w-]+\.[\w-]+$/,
      expected: 'an ID token: three parts with dots between them, without "Bearer"',
      maxLength: 16_000,
    }),
    sentence:
      'An ID token of this function that has expired, for the preset `denies-expired-token`. Store it as a secret of the repository.',
    example: '(a secret)',
    otherwise: 'a token whose date was changed, which every signature check refuses',
    secret: true,
    usedBy: smokeTest,
  },
});
