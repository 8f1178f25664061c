import { detachFunction } from '../data/commands.ts';
import type { Located } from '../data/resource-name.ts';
import type { TargetKind } from './kind.ts';

/** What a thing of this kind is, as part of a sentence. */
export function kindText(kind: TargetKind): string {
  switch (kind) {
    case 'function':
      return 'a function that the Functions API manages';
    case 'run-function':
      return 'a Cloud Run function that the Functions API does not manage';
    case 'run-image':
      return 'a Cloud Run service that runs a container image';
  }
}

/** How to deploy such a thing. */
export function kindRemedy(kind: TargetKind, place: Located): { fix: string; commands?: string[] } {
  switch (kind) {
    case 'function':
      return {
        fix: 'Use target: function with source_dir. To let Cloud Run manage it, which cannot be undone, detach it first:',
        commands: [detachFunction(place)],
      };
    case 'run-function':
      return { fix: 'Use target: run-function with source_dir, or another name.' };
    case 'run-image':
      return { fix: 'Use target: run-image and set image, or another name.' };
  }
}
