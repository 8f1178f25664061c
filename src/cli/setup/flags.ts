import { parseList } from '../../domain/data/parse.ts';
import { kindsText, targetKinds } from '../../domain/deploy/kind.ts';
import { definitions } from '../../domain/inputs/definition.ts';
import { custom } from '../../domain/inputs/kind.ts';
import { boolean, choice, path, text } from '../../domain/inputs/kinds.ts';
import { repository as product, slug } from '../../domain/product.ts';
import { repositoryPattern } from '../../domain/setup/github-host.ts';
import { drillGroup } from '../../inputs/groups/drill.ts';
import { accountEmail, functionName, regionName } from '../../inputs/groups/shapes.ts';

const id = text({
  pattern: /^(?!gcp-)[a-z0-9-]{4,32}$/,
  expected: '4 to 32 lower-case letters, digits and hyphens',
});
const noQuote = (expected: string) => text({ pattern: /^[^'\\\s\n]{1,255}$/, expected });
const bucketName = /^[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]$/;
const bucketNames = custom('names of buckets without gs://, by commas', (value) => {
  const names = parseList(value);
  const wrong = names.find((name) => !bucketName.test(name));
  if (wrong !== undefined || names.length === 0) throw new Error('expected names of buckets without gs://');
  return [...new Set(names)];
});
const off = { example: 'true', default: 'false' } as const;

/** The flags of `init`. */
export const setupFlags = definitions({
  project_id: {
    kind: text({
      pattern: /^([a-z0-9.-]+:)?[a-z][a-z0-9-]{4,28}[a-z0-9]$/,
      expected: 'the id of a project such as my-project, not its number',
    }),
    sentence: 'Id of the Google Cloud project.',
    example: 'my-project',
    otherwise: "the project of gcloud's configuration",
  },
  region: { kind: regionName, sentence: 'Region of the function.', example: 'europe-west1' },
  name: { kind: functionName, sentence: 'Name of the function or of the service.', example: 'ocr-api' },
  repo: {
    kind: text({ pattern: repositoryPattern, expected: 'OWNER/NAME or HOST/OWNER/NAME' }),
    sentence:
      'The repository that releases it, with the host of its GitHub if that is neither github.com nor the one of this folder.',
    example: 'acme/ocr',
    otherwise: 'the remote `origin` of this folder',
  },
  repositories: {
    kind: path('the path of a file'),
    sentence:
      'A file with many repositories: in each line OWNER/NAME, the name of the function, and its environment if it has another one.',
    example: 'repositories.txt',
  },
  environment: {
    kind: text({ pattern: /^[^'\\:\n]{1,255}$/, expected: 'the name of an environment, or none' }),
    sentence:
      'GitHub environment whose jobs may log in. `none` for every job of the branch, for example where the plan has no rules of environments.',
    example: 'production',
    otherwise: '`prod/` and the name of the function',
  },
  branch: {
    kind: noQuote('the name of a branch'),
    sentence: 'The only branch that may release.',
    example: 'main',
    otherwise: 'the default branch of the repository',
  },
  target: {
    kind: choice(targetKinds),
    sentence: `How it is deployed: ${kindsText}.`,
    example: 'run-image',
    default: 'function',
  },
  runtime: {
    kind: text({ pattern: /^[a-z]+\d+$/, expected: 'a runtime such as nodejs24' }),
    sentence: 'Runtime of a new function, for the workflow.',
    example: 'nodejs24',
    otherwise: 'nodejs24 for a package.json, python313 for a main.py',
  },
  entry_point: {
    kind: noQuote('the name of a function in the source'),
    sentence: 'Name of the function in the source that answers requests, for the workflow.',
    example: 'ocr',
    otherwise: 'the name of the function',
  },
  source_dir: {
    kind: path('the path of a folder'),
    sentence: 'Folder with the source, for the workflow.',
    example: 'functions/ocr',
    otherwise: 'the root of the repository',
  },
  image: {
    kind: noQuote('a container image'),
    sentence: 'Container image to deploy, for the workflow. With `target: run-image`.',
    example: 'europe-west1-docker.pkg.dev/my-project/apps/ocr:1.4',
  },
  runtime_service_account: {
    kind: accountEmail,
    sentence: 'The account that the code runs as.',
    example: 'ocr@my-project.iam.gserviceaccount.com',
    otherwise: 'the one that runs now, else a new one',
  },
  example_image: {
    kind: path('the path of an image'),
    sentence: 'An image that the function can read. The first smoke suite sends it.',
    example: 'test/receipt.png',
  },
  example_text: {
    kind: text({ expected: 'a text', maxLength: 200 }),
    sentence: 'A text that the function must find in `example_image`.',
    example: 'TOTAL',
  },
  owner_wide: {
    ...{ kind: boolean, ...off },
    sentence:
      'The provider lets in every repository of the owner, from the branch. The grants decide which of them may do what.',
  },
  hosted_only: { kind: boolean, ...off, sentence: "Only GitHub's own runners may log in." },
  may_close: { kind: boolean, ...off, sentence: 'The deployer may close a function that is open.' },
  may_alert: {
    kind: boolean,
    ...off,
    sentence: 'The deployer may keep SLOs, alert policies and dashboards, as `actions/slo` does.',
  },
  may_release_gateways: {
    kind: boolean,
    ...off,
    sentence:
      'The deployer may release API gateways, as `actions/gateway` does. An account is made that the gateway calls the function as.',
  },
  may_use_gateways: {
    kind: boolean,
    ...off,
    sentence:
      'The deployer and the reader may read the host of an API gateway, so that a smoke suite can go in there with `front: gateway`. `may_release_gateways` lets the deployer do that too.',
  },
  may_release_models: {
    kind: boolean,
    ...off,
    sentence:
      'The deployer may release models of the Vertex AI Model Registry and move their alias, and a rollback may move it back.',
  },
  model_buckets: {
    kind: bucketNames,
    sentence:
      'Buckets with files of models, by commas. The deployer and the account that the code runs as may read them.',
    example: 'my-models',
  },
  may_run_pipelines: {
    kind: boolean,
    ...off,
    sentence:
      'The deployer may run pipelines of Vertex AI, as `actions/pipeline` does. An account is made that their tasks run as.',
  },
  pipeline_buckets: {
    kind: bucketNames,
    sentence:
      'Buckets in which the tasks of pipelines may read, write and delete objects, by commas. With `may_run_pipelines`.',
    example: 'my-pipelines',
  },
  may_measure: {
    kind: boolean,
    ...off,
    sentence:
      'The deployer may measure capacity, as `actions/capacity` does: it may delete revisions and read images.',
  },
  may_drill: {
    kind: drillGroup.inputs.drill_buckets.kind,
    sentence:
      'Buckets whose restore may be drilled, as in `drill_buckets` of `actions/drill`. An account of its own is made for that, because it may delete objects in them.',
    example: 'my-input,my-models>my-models-copy',
  },
  may_see_posture: {
    kind: boolean,
    ...off,
    sentence:
      'The reader may read every protection in the project that `actions/posture` looks at, without the content of an upload.',
  },
  pool: { kind: id, sentence: 'Id of the workload identity pool.', example: 'github', default: 'github' },
  provider: { kind: id, sentence: 'Id of the provider in the pool.', example: slug, default: slug },
  issuer: {
    kind: text({ pattern: /^https:\/\/\S+$/, expected: 'a URL with https' }),
    sentence: "Issuer of GitHub's tokens, if an enterprise has its own.",
    example: 'https://token.actions.githubusercontent.com/acme-corp',
    otherwise: "that of the repository's GitHub",
  },
  actions: {
    kind: text({ pattern: /^[\w.-]+\/[\w.-]+@[\w./-]+$/, expected: 'OWNER/NAME@REF' }),
    sentence: 'Where the workflows find these actions, such as a mirror or a full SHA.',
    example: `${product}@v1`,
    default: `${product}@v1`,
  },
  files: {
    kind: boolean,
    sentence: 'Also write the workflows and the first suite into this folder.',
    example: 'false',
    otherwise: 'true if this folder is a clone of the repository',
  },
  apply: { kind: boolean, ...off, sentence: 'Write what differs. Without it, nothing is written.' },
  print: {
    kind: choice(['gcloud', 'terraform', 'yaml']),
    sentence:
      'Print what `apply` would write: as commands for gcloud and gh, or everything that has to be there as Terraform or YAML.',
    example: 'gcloud',
  },
  doctor: {
    kind: boolean,
    sentence:
      'After `apply`, examine what a release needs, as `doctor` does, and say what is still missing. `--no-doctor` leaves that out.',
    example: 'false',
    default: 'true',
  },
  expect_no_changes: {
    ...{ kind: boolean, ...off },
    sentence: 'End with code 3 if anything differs. For a job at night.',
  },
  undo: {
    ...{ kind: boolean, ...off },
    sentence:
      'Take away what carries the mark of this command, instead of making it. Shows it; with `apply` it does it.',
  },
  take_over: {
    ...{ kind: boolean, ...off },
    sentence: 'Also change what someone else made under the same names.',
  },
  overwrite_files: { kind: boolean, ...off, sentence: 'Also replace files that are there and differ.' },
});
