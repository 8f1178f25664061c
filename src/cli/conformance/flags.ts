import { probeIds } from '../../domain/conformance/probes.ts';
import { definitions } from '../../domain/inputs/definition.ts';
import { boolean, choice, list, path, text } from '../../domain/inputs/kinds.ts';
import { resourceName } from '../../inputs/groups/shapes.ts';
import { table } from '../../inputs/table.ts';

const yes = (sentence: string) => ({ kind: boolean, sentence, example: 'true', default: 'false' });

export const conformanceFlags = definitions({
  project_id: { ...table.project_id, otherwise: "the project of gcloud's configuration" },
  region: { ...table.region, default: 'us-central1' },
  yes: yes('Begin without asking. Needed where no person can be asked.'),
  only: {
    kind: list(choice(probeIds)),
    sentence: 'Run only these parts, and what they need.',
    example: 'service',
    otherwise: 'all parts',
  },
  clean_up: yes(
    'Only remove what is labelled as made by this command in project and region, also what another run may still use.',
  ),
  out: {
    kind: path('a folder'),
    sentence: 'Folder for the report, as Markdown and JSON.',
    example: 'reports',
    otherwise: 'the working folder',
  },
  journal: {
    kind: path('a file'),
    sentence: 'File that remembers what a run has made, so that the next one can remove it.',
    example: '/tmp/conformance.json',
    otherwise: 'a file in the folder for state of your account',
  },
  workload_identity_provider: {
    kind: resourceName('projects/N/locations/global/workloadIdentityPools/P/providers/V'),
    sentence: 'In a job on GitHub: the provider with which the part `login` exchanges the token of the job.',
    example: 'projects/123456789012/locations/global/workloadIdentityPools/github/providers/my-repo',
    otherwise: 'the part `login` is left out',
  },
  image: {
    kind: text({ pattern: /^[\w./:@-]+$/, expected: 'a public image with a tag' }),
    sentence: 'Image of the throw-away service. It has a tag and is public.',
    example: 'us-docker.pkg.dev/cloudrun/container/hello:latest',
    default: 'us-docker.pkg.dev/cloudrun/container/hello:latest',
  },
  runtime: {
    kind: text({ pattern: /^nodejs\d+$/, expected: 'a Node.js runtime such as nodejs24' }),
    sentence: 'Runtime of the throw-away function.',
    example: 'nodejs24',
    default: 'nodejs24',
  },
  against: {
    kind: text({
      pattern: /^(google|sandbox|http:\/\/127\.0\.0\.1:\d+)$/,
      expected: 'google, sandbox, or the control address of a sandbox that runs',
    }),
    sentence:
      '`sandbox` starts the sandbox of a clone of this repository and runs against it. `http://127.0.0.1:PORT` takes one that runs, by its control address; its environment must be set.',
    example: 'sandbox',
    default: 'google',
  },
  quirk: {
    kind: list(text({ pattern: /^\w+=(true|false)$/, expected: 'NAME=true or NAME=false' })),
    sentence: 'With `against: sandbox`, switches of the sandbox.',
    example: 'functionPatchKeepsPin=false',
    otherwise: 'as we believe',
  },
});
