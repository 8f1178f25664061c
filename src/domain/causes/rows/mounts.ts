import { projectFlag, quoted } from '../../data/shell.ts';
import type { FailureFacts, RunNames } from '../../errors/facts.ts';
import {
  account,
  asMember,
  grantOnRepository,
  grantOnSecret,
  ownMember,
  serviceAgent,
  who,
} from '../commands.ts';
import { found, type Row, says } from '../row.ts';

/** A new revision cannot have a secret or its image. Its container was never started, so it wrote no log. */

const secretName = /secrets\/([\w-]+)/;
const secretProject = /projects\/([^/\s]+)\/secrets\//;
const revisionAccount = /service account[:\s]+'?([\w.-]+@[\w.-]+?)[.']?(?:\s|$)/i;
const image = /\b([a-z0-9-]+)-docker\.pkg\.dev\/([\w.:-]+?)\/([\w.-]+)\//;

/** The repository of the image in Google's sentence, or the one that functions get by default. */
function repositoryOf({ message }: FailureFacts, names: RunNames) {
  const [, location, project, name] = image.exec(message) ?? [];
  return {
    location: location ?? names.region ?? 'REGION',
    project: project ?? names.project ?? 'PROJECT',
    name: name ?? 'gcf-artifacts',
  };
}

export const mountRows: readonly Row[] = [
  {
    id: 'secret-denied',
    title: 'The account of the function may not read a secret',
    blame: 'environment',
    example: {
      kind: 'start',
      message:
        "Revision 'ocr-00002-abc' is not ready and cannot serve traffic. spec.template.spec.containers[0].env[0].value_from.secret_key_ref.name: Permission denied on secret: projects/123456789012/secrets/api-key/versions/latest for Revision service account 123456789012-compute@developer.gserviceaccount.com. The service account used must be granted the 'Secret Manager Secret Accessor' role (roles/secretmanager.secretAccessor) at the secret, project or higher level.",
    },
    matches: says(/permission denied on secret/i),
    repair: (failure, names) => {
      const email = found(failure, revisionAccount) ?? names.runtimeAccount ?? 'ACCOUNT_OF_THE_FUNCTION';
      const secrets = new Set(
        [...failure.message.matchAll(/secret: (projects\/[^/\s]+\/secrets\/[\w-]+)/gi)].map(
          ([, name]) => name ?? '',
        ),
      );
      return {
        why: `The function runs as ${email}, and this account may not read ${secrets.size > 1 ? 'these secrets' : 'the secret'}.`,
        fix: 'Let it read this secret and no other:',
        commands: [...secrets].map((name) => {
          const [, project, , secret] = name.split('/');
          return grantOnSecret(names.project ?? project ?? '', secret ?? '', asMember(account(email)));
        }),
      };
    },
  },
  {
    id: 'secret-missing',
    title: 'A secret or a version of it does not exist, or is disabled',
    blame: 'environment',
    example: {
      kind: 'start',
      message:
        "Revision 'ocr-00002-abc' is not ready and cannot serve traffic. spec.template.spec.containers[0].env[0].value_from.secret_key_ref.name: Secret projects/123456789012/secrets/api-key/versions/7 was not found",
    },
    matches: says(/secret[\s\S]{0,200}(not found|does not exist|disabled|destroyed)/i),
    repair: (failure, names) => {
      const secret = found(failure, secretName) ?? 'SECRET';
      const version = found(failure, /versions\/([\w-]+)/);
      const project = names.project ?? found(failure, secretProject) ?? 'PROJECT';
      const place = `--secret=${quoted(secret)} ${projectFlag(project)}`;
      if (/disabled/i.test(failure.message) && version && /^\d+$/.test(version))
        return {
          why: `Version ${version} of the secret ${secret} is disabled.`,
          fix: 'Name another version in the input secrets, or enable this one again:',
          commands: [`gcloud secrets versions enable ${version} ${place}`],
        };
      return {
        why: `The input secrets names ${version ? `version ${version} of ` : ''}${secret}, and it is not there.`,
        fix: `Name a version in the input secrets that this list shows as enabled. If the list is empty, add one with gcloud secrets versions add:`,
        commands: [`gcloud secrets versions list ${quoted(secret)} ${projectFlag(project)}`],
      };
    },
  },
  {
    id: 'image-denied',
    title: 'Cloud Run may not read the image of the function',
    blame: 'environment',
    example: {
      kind: 'start',
      message:
        "Revision 'ocr-00002-abc' is not ready and cannot serve traffic. Google Cloud Run Service Agent service-123456789012@serverless-robot-prod.iam.gserviceaccount.com must have permission to read the image, us-central1-docker.pkg.dev/my-project/gcf-artifacts/ocr:version_1. Ensure that the provided container image URL is correct and that the above account has permission to access the image.",
    },
    matches: says(/must have permission to read the image/i),
    repair: (failure, names) => {
      const repository = repositoryOf(failure, names);
      const reader = 'roles/artifactregistry.reader';
      if (/\bUser must have permission/.test(failure.message))
        return {
          why: `Whoever deploys an image must be able to read it, and ${who(names)} may not read the repository ${repository.name} of project ${repository.project}.`,
          fix: 'Let the identity of this job read the repository:',
          commands: [grantOnRepository(repository, ownMember(names), reader)],
        };
      const number = found(failure, /service-(\d+)@serverless-robot/);
      const isForeign = names.project !== undefined && repository.project !== names.project;
      return {
        why: isForeign
          ? `The image is in project ${repository.project}. Cloud Run reads it with the service agent of project ${names.project}, which has no right there.`
          : 'Cloud Run reads the image with an account of its own (its service agent), and this account lost the permission on the repository.',
        fix: 'Let that account read the repository:',
        commands: [
          grantOnRepository(
            repository,
            asMember(serviceAgent(names, 'serverless-robot-prod', number)),
            reader,
          ),
        ],
      };
    },
  },
  {
    id: 'image-missing',
    title: 'The image of the function is gone',
    blame: 'environment',
    example: {
      kind: 'start',
      message:
        "Revision 'ocr-00002-abc' is not ready and cannot serve traffic. Image 'us-central1-docker.pkg.dev/my-project/gcf-artifacts/ocr:version_1' not found.",
    },
    matches: says(/\bimage\b[\s\S]{0,300}(not found|does not exist)|manifest unknown/i),
    repair: (failure, names) => {
      const { location, project, name } = repositoryOf(failure, names);
      return {
        why: 'A cleanup policy of the repository, or a person, deleted the image. The function was not built again, because its source had not changed.',
        fix: `Run the job once with force: true, which builds the image again. This shows what deletes images:`,
        commands: [
          `gcloud artifacts repositories list-cleanup-policies ${quoted(name)} ${projectFlag(project)} --location=${quoted(location)}`,
        ],
      };
    },
  },
];
