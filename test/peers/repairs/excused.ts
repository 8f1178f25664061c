/** Texts that look like commands of ours, and why no test runs them. */
export const excusedSites: readonly (readonly [text: RegExp, why: string])[] = [
  [/^npm (error|found|ci$|install$|run build$|pack,)/, 'words of npm, or about npm, in a sentence'],
  [/^npm run docs$/, 'a line of a diagram'],
  [
    /^curl --fail-with-body -sS -X POST$/,
    'it moves an alias of MLflow; test/peers/model/mlflow.test.ts runs it against a real server',
  ],
  [
    /^npx functions-framework --target=ocr$/,
    'an example of the input command, which test/e2e/smoke-isolation runs',
  ],
  [/^iconv -f (UTF-16 -t UTF-8 )?$/, 'test/gcp/source/repair.test.ts runs it'],
  [/^gcloud alpha functions upgrade converts them\)$/, 'a name in a sentence'],
  [/^gcloud auth application-default login\)$/, 'names the command that made a file'],
  [/^npm run sandbox -- --quirk $/, 'starts the sandbox with a quirk, and then waits until it is stopped'],
  [
    /^npx --yes github:$/,
    'a line of a workflow, which only GitHub can run, and the command of posture that makes alerts, which test/e2e/posture-repairs.test.ts runs',
  ],
  [
    /^gcloud auth (application-default )?login( --impersonate-service-account=)?$/,
    'it opens a browser, where a person logs in',
  ],
  [
    /^gcloud (config config-helper printed no JSON|has no active account)\.$|^gcloud could not give a token$/,
    'what gcloud did, in a sentence',
  ],
  [
    /^gcloud (auth (activate-service-account logs in|login reads the key )|creates a key|builds submit$|reads more options)/,
    'what a command in a file of the user does, in a sentence',
  ],
  [
    /^gcloud auth (application-default )?login( --impersonate-service-account=)?$/,
    'it opens a browser to log a person in, which no test can do',
  ],
  [
    /^gcloud (config config-helper printed no JSON|has no active account|could not give a token)/,
    'words about gcloud in a sentence; test/gcp/login/local.test.ts has a stand-in for gcloud',
  ],
  [
    /^gcloud iam service-accounts (create|update|delete) $/,
    'test/peers/init gives what init prints to a real gcloud',
  ],
  [
    /^gcloud iam workload-identity-pools providers describe \.\.\. --format=json$/,
    'a shortened command in a description',
  ],
];

/** Commands whose run this test cannot judge, and why. gcloud's parser still reads those of gcloud. */
export const excusedRuns: readonly (readonly [command: RegExp, why: string])[] = [
  [/^timedatectl /, 'it sets the clock of the machine'],
  [
    /^(curl --head|openssl s_client|curl https:\/\/token\.actions)/,
    'it asks the Internet, which a test does not need',
  ],
  [
    /^(aws|az) /,
    'it is about AWS or Azure; test/peers/aws runs it with a real aws on a stand-in, and test/peers/azure with a stand-in for az',
  ],
  [/^(df -h|ls -ld)/, 'it shows a disk or a folder'],
  [/^docker run /, 'Docker is not on every machine; the words are those of the page on testing locally'],
  [/^gcloud functions detach /, 'it cannot be undone; test/sandbox/run-functions.test.ts runs it'],
  [
    /^gcloud compute backend-services add-backend /,
    'it needs a load balancer whose region somebody left out; test/steps/drill/failover.test.ts makes one',
  ],
  [/^(pnpm|yarn) /, 'pnpm and yarn are not on every machine; npm runs the same row'],
  [
    /^npx @google-cloud\/functions-framework /,
    'it serves until it is stopped; test/e2e/smoke-isolation runs it',
  ],
  [/^gcloud builds log /, 'docs/understand/sandbox.md: it reads a bucket of Cloud Storage'],
  [
    /^gcloud alpha functions upgrade /,
    'it copies a function of the first generation, which the sandbox does not build',
  ],
  [/ACCOUNT@PROJECT/, 'the login has no account yet'],
  [/--iam-account=ACCOUNT/, 'words in capitals: nothing of a key is printed'],
];
