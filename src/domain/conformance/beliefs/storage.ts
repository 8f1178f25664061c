import type { Beliefs } from '../belief.ts';

/** About Cloud Storage, as a drill uses it: what soft delete keeps, and what a restore may overwrite. */
export const storageBeliefs = {
  deletedIsListedAtOnce: {
    quirk: true,
    belief:
      'In a bucket with soft delete, an object that is deleted is at once in the list with `softDeleted=true`, with the generation that it had.',
    source:
      'The page on consistency says that a list after a delete is strongly consistent. Whether that holds for the list of what is soft-deleted, it does not say.',
    otherwise:
      'The restore by soft delete finds nothing in the list, as a person would, and the drill fails although the bytes are kept.',
    verify:
      '`gcloud storage rm gs://B/O` in a bucket with soft delete, then at once `gcloud storage ls --soft-deleted gs://B/O`.',
    settled: { by: 'storage' },
  },
  restoreTakesGenerationMatch: {
    quirk: true,
    belief:
      '`objects.restore` with `ifGenerationMatch=0` gets 412 while a live object has the name, and changes nothing then.',
    source:
      'The reference of the method lists the parameter. What gcloud sends without `--allow-overwrite` relies on it.',
    otherwise:
      'A restore could replace what somebody else has written under the name of an object of the drill in the meantime.',
    verify:
      'Delete an object, write another one of the same name, then `curl -X POST` to `https://storage.googleapis.com/storage/v1/b/B/o/O/restore?generation=G&ifGenerationMatch=0`.',
    settled: { by: 'storage' },
  },
  restoreStartsAnew: {
    quirk: true,
    belief:
      'An object that is restored has its bytes and its own metadata again, as a new generation with metageneration 1.',
    source:
      'The page on soft delete says that a restore makes a new live object from the deleted one. It does not speak of the metageneration.',
    otherwise:
      'A drill takes what it has restored for changed by somebody else. It leaves that object, and says so.',
    verify:
      'Change the metadata of an object, delete it, `gcloud storage restore gs://B/O#G`, then `gcloud storage objects describe`.',
    settled: { by: 'storage' },
  },
} as const satisfies Beliefs;
