import type { Beliefs } from '../belief.ts';

/** What the rehearsal of a rollback relies on, as far as it is about Artifact Registry. */
export const registryBeliefs = {
  cleanupCountsFromUpload: {
    belief:
      'Clean-up policies count the age of an image from its `uploadTime`, and rank the most recent versions by it within one image path.',
    source:
      'The reference says "older than a duration" and "minimum number of versions to keep", and not from when. The overview speaks of the age of an image.',
    otherwise:
      'The doctor names another day for the deletion, or calls an image safe that a policy deletes. A rollback then says that its revision does not start.',
    verify:
      'Set the policies with `gcloud artifacts repositories set-cleanup-policies R --policy=FILE --dry-run`, and a day later read which versions the audit log names: `gcloud logging read \'protoPayload.serviceName="artifactregistry.googleapis.com" AND protoPayload.request.validateOnly=true\'`.',
    settled: {
      not: 'extra',
      why: 'Google applies policies about once a day, and the images of the command are gone long before.',
    },
  },
  cleanupWithoutTagStateIsAny: {
    belief: 'A clean-up policy whose condition names no `tagState` matches tagged and untagged images.',
    source: "Terraform's provider documents `ANY` as the default. The reference names no default.",
    otherwise: 'The doctor warns of a policy that deletes nothing.',
    verify: 'Set such a policy with `--dry-run`, and read the audit log a day later.',
    settled: {
      not: 'extra',
      why: 'Google applies policies about once a day, and the images of the command are gone long before.',
    },
  },
  partsOfImagesAreListed: {
    belief:
      'The list of the images of a repository has the parts of a multi-platform image too, each with its own digest, and clean-up policies count them as versions.',
    source:
      'The reference of dockerImages.list does not say so. `gcloud artifacts docker images list` shows the parts as images without tags.',
    otherwise:
      'The doctor calls an image gone that is there, or counts too many newer versions and warns too early.',
    verify:
      'Push an image for two platforms, and compare the digests of `gcloud artifacts docker images list` with those of `docker manifest inspect`.',
    settled: {
      not: 'extra',
      why: 'An image for two platforms has to be pushed, and the command starts no docker.',
    },
  },
} as const satisfies Beliefs;
