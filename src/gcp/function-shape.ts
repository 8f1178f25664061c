import type { FunctionOperation, FunctionStage, Json, JsonObject, StateMessage } from '../steps/ports.ts';

/**
 * Raw JSON of google.cloud.functions.v2 (functions.proto) as plain values. Enums may arrive as names or, since the
 * typed client asks for `enum-encoding=int`, as numbers; here they are names.
 */

const stageNames = ['NAME_UNSPECIFIED', 'ARTIFACT_REGISTRY', 'BUILD', 'SERVICE', 'TRIGGER', 'SERVICE_ROLLBACK', 'TRIGGER_ROLLBACK'];
const stageStates = ['STATE_UNSPECIFIED', 'NOT_STARTED', 'IN_PROGRESS', 'COMPLETE'];
const severities = ['SEVERITY_UNSPECIFIED', 'ERROR', 'WARNING', 'INFO'];
const functionStates = ['STATE_UNSPECIFIED', 'ACTIVE', 'FAILED', 'DEPLOYING', 'DELETING', 'UNKNOWN'];

export const objectOf = (value: unknown): JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};
const listOf = (value: Json | undefined): Json[] => (Array.isArray(value) ? value : []);
export const textOf = (value: Json | undefined): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;

/** The name of an enum value that came as a name or as a number; a number beyond the table stays a number. */
export function enumName(value: Json | undefined, names: readonly string[]): string {
  if (typeof value === 'number') return names[value] ?? String(value);
  return typeof value === 'string' && value !== '' ? value : (names[0] ?? '');
}

export const functionState = (value: Json | undefined): string => enumName(value, functionStates);

export function messagesOf(value: Json | undefined): StateMessage[] {
  return listOf(value).map((item) => {
    const raw = objectOf(item);
    return { severity: enumName(raw.severity, severities), type: textOf(raw.type) ?? '', message: textOf(raw.message) ?? '' };
  });
}

function stageOf(item: Json): FunctionStage {
  const raw = objectOf(item);
  return {
    name: enumName(raw.name, stageNames),
    state: enumName(raw.state, stageStates),
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
    error: error && { code: typeof error.code === 'number' ? error.code : 2, message: textOf(error.message) ?? 'no message' },
  };
}
