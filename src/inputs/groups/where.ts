import { group } from '../../domain/inputs/definition.ts';
import { custom } from '../../domain/inputs/kind.ts';
import { boolean, list, path, text } from '../../domain/inputs/kinds.ts';
import { parseWaves } from '../../domain/waves/regions.ts';
import { functionName, regionName } from './shapes.ts';

/** An id, with the domain of legacy projects, or a number. */
export const projectPattern = /^([a-z0-9.-]+:)?[a-z][a-z0-9-]{4,28}[a-z0-9]$|^\d+$/;

const atHome = { default: 'us-central1' } as const;

export const where = group('Where', {
  name: {
    kind: functionName,
    sentence: 'Name of the function or of the service.',
    example: 'ocr-api',
    essential: true,
    usedBy: {
      release: { requiredUnless: 'service' },
      deploy: { requiredUnless: 'service' },
      guard: { required: true },
      posture: { required: true, sentence: 'Name of the function or of the service.' },
      gateway: {
        sentence:
          'Name of the function behind the gateway. Its URLs, its audiences and its time limit are then compared with the document.',
      },
      rollback: { required: true },
      doctor: { required: true },
      logs: { required: true },
      drill: {
        sentence:
          'Name of the function or of the service whose regions are compared. Required with `second_region`.',
      },
      capacity: { required: true },
      model: {
        sentence:
          'Name of the function or of the service that serves the model. Required unless `mode` is `resolve`.',
      },
      'smoke-test': {
        sentence: 'Name of the deployed function to test. Set this, `url` or `command`.',
      },
      watch: { sentence: 'Name of the function. Required unless `replay` is set.' },
      slo: {
        sentence: 'Name of the Cloud Run service that the objectives are about.',
        otherwise: '`spec.service` of the SLO file',
      },
    },
  },
  region: {
    kind: regionName,
    sentence: 'Region of the function.',
    example: 'asia-northeast3',
    essential: true,
    usedBy: {
      release: atHome,
      deploy: atHome,
      rollback: atHome,
      guard: atHome,
      posture: atHome,
      gateway: { ...atHome, sentence: 'Region of the gateway, and of the function.' },
      'smoke-test': atHome,
      watch: atHome,
      doctor: atHome,
      slo: atHome,
      pipeline: { ...atHome, sentence: 'Region in which Vertex AI runs the pipeline.' },
      logs: atHome,
      model: {
        ...atHome,
        sentence: 'Region of the function, and of a model of Vertex AI whose reference names none.',
      },
      drill: { ...atHome, sentence: 'Region that serves now. Used with `second_region`.' },
      capacity: atHome,
    },
  },
  regions: {
    kind: custom('regions such as europe-west1; asia-northeast3, us-central1', parseWaves),
    sentence:
      'Releases the function in several regions, in place of `region`. All are built and tested before any user is moved. Then the traffic moves wave by wave: waves are separated by semicolons, and the regions of a wave move together. If one region fails, all go back.',
    example: 'europe-west1; asia-northeast3, us-central1',
    otherwise: '`region` alone',
    usedBy: { release: {} },
  },
  skip_regions: {
    kind: list(regionName),
    otherwise: 'none',
    sentence:
      'Regions among `regions` that the release leaves out if they cannot be reached before anything is changed there. Any other region that cannot be reached stops the release.',
    example: 'us-central1',
    usedBy: { release: {} },
  },
  new_region: {
    kind: boolean,
    sentence:
      'Confirms a first release in one more region. Without it, a run stops if the function does not exist in `region` but does in another region.',
    example: 'true',
    default: 'false',
    usedBy: { release: {}, deploy: {} },
  },
  project_id: {
    kind: text({
      pattern: projectPattern,
      expected: 'a project id such as my-project (6 to 30 lower-case letters, digits and hyphens)',
    }),
    sentence: 'Id of the Google Cloud project.',
    example: 'my-project',
    otherwise: 'the project of an earlier login step, else the one in the e-mail of `service_account`',
    essential: true,
    usedBy: {
      release: {},
      deploy: {},
      guard: {},
      posture: {},
      gateway: {},
      'smoke-test': {},
      watch: {},
      rollback: {},
      doctor: {},
      slo: {},
      pipeline: {},
      logs: {},
      capacity: {},
      drill: {},
      model: {},
      auth: {
        sentence: 'Project id that this step exports for the steps that follow.',
        otherwise: 'the project in the e-mail of `service_account`, else the project of an earlier step',
      },
    },
  },
  source_dir: {
    kind: path('the path of a folder'),
    shown: 'plain',
    sentence:
      'Folder with the source of the function. `.gcloudignore` decides what is uploaded, as in gcloud. Files that hold secrets and links that leave the folder stop the run. Credentials files of earlier steps, `.git` and links to folders are left out.',
    example: 'functions/ocr',
    default: './',
    essential: true,
    usedBy: { release: {}, deploy: {} },
  },
});
