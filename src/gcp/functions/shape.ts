import type { Json, JsonObject } from '../../domain/data/json.ts';
import { listOf, objectOf, textOf } from '../../domain/data/json.ts';
import { enumText } from '../../domain/deploy/enum-text.ts';
import { revisionOf } from '../../domain/traffic/function.ts';
import { statusDetails } from '../../http/google-status.ts';
import type { FunctionOperation, FunctionStage, StateMessage } from '../../steps/ports/functions.ts';

/**
 * Reads the raw JSON of google.cloud.functions.v2 (functions.proto). Enums arrive as names or as numbers, because the
 * typed client asks for `enum-encoding=int`; these functions return names.
 */

const stageNames = [
  'NAME_UNSPECIFIED',
  'ARTIFACT_REGISTRY',
  'BUILD',
  'SERVICE',
  'TRIGGER',
  'SERVICE_ROLLBACK',
  'TRIGGER_ROLLBACK',
];
const stageStates = ['STATE_UNSPECIFIED', 'NOT_STARTED', 'IN_PROGRESS', 'COMPLETE'];
const severities = ['SEVERITY_UNSPECIFIED', 'ERROR', 'WARNING', 'INFO'];

export function messagesOf(value: Json | undefined): StateMessage[] {
  return listOf(value).map((item) => {
    const raw = objectOf(item);
    return {
      severity: enumText(raw.severity, severities),
      type: textOf(raw.type) ?? '',
      message: textOf(raw.message) ?? '',
    };
  });
}

function stageOf(item: Json): FunctionStage {
  const raw = objectOf(item);
  return {
    name: enumText(raw.name, stageNames),
    state: enumText(raw.state, stageStates),
    message: textOf(raw.message) ?? '',
    resource: textOf(raw.resource),
    resourceUri: textOf(raw.resourceUri),
    messages: messagesOf(raw.stateMessages),
  };
}

/** google.longrunning.Operation with google.cloud.functions.v2.OperationMetadata. */
export function operationOf(raw: JsonObject): FunctionOperation {
  const metadata = objectOf(raw.metadata);
  const error = raw.error === undefined || raw.error === null ? undefined : objectOf(raw.error);
  return {
    name: textOf(raw.name) ?? '',
    done: raw.done === true,
    target: textOf(metadata.target),
    buildName: textOf(metadata.buildName),
    createTime: textOf(metadata.createTime),
    stages: listOf(metadata.stages).map(stageOf),
    request: metadata.requestResource === undefined ? undefined : objectOf(metadata.requestResource),
    revision: revisionOf(objectOf(raw.response)),
    error: error && {
      code: typeof error.code === 'number' ? error.code : 2,
      message: textOf(error.message) ?? 'no message',
      // The report redacts these texts with everything else.
      details: statusDetails(error, (text) => text),
    },
  };
}
