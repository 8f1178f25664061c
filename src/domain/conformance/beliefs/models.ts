import type { Beliefs } from '../belief.ts';

const settled = { not: 'extra', why: 'A model in the registry is needed.' } as const;

/** About the Model Registry of Vertex AI. */
export const modelBeliefs = {
  modelLabelsTakeEtag: {
    belief:
      'The etag of a version changes with its labels. A PATCH of the labels with an older etag answers 409 (or 412, or 400 FAILED_PRECONDITION) and changes nothing.',
    source:
      '`Model.etag` is "used to perform consistent read-modify-write updates" (model.proto). The status is that of AIP-154; the reference names none.',
    otherwise:
      'A label that somebody else sets at the same time is lost, or a finding says that the labels could not be written.',
    verify: 'GET a version, PATCH its labels, and PATCH them again with the first etag.',
    settled,
  },
  modelLabelsOfVersion: {
    belief:
      'A PATCH of `models/M@V` with `updateMask=labels` replaces the labels of that version alone, and a list of versions with `labels.KEY:*` finds it by them.',
    source:
      'UpdateModelRequest: "if the request is for model-specific update, model label gets updated. Otherwise, version labels get updated".',
    otherwise: 'The labels do not say which version served when. The history shows the revisions alone.',
    verify: 'PATCH the labels of one of two versions, and list the versions by the label.',
    settled,
  },
} as const satisfies Beliefs;
