/** A version of a model in the Model Registry of Vertex AI. */
export interface VertexReference {
  /** Undefined: those of the release. */
  project: string | undefined;
  location: string | undefined;
  model: string;
  /** A number, or an alias. Vertex takes no alias that is a number. */
  at: string;
}

/** google/cloud/aiplatform/v1/model.proto, version_aliases. */
export const aliasPattern = /^[a-z][a-zA-Z0-9-]{0,126}[a-z0-9]$/;

const pattern =
  /^(?:projects\/([a-z0-9:.-]{1,64})\/locations\/([a-z0-9-]{1,40})\/models\/)?([a-z0-9][a-z0-9_-]{0,62})@([1-9]\d{0,18}|[a-z][a-zA-Z0-9-]{0,126}[a-z0-9])$/;

export function parseVertex(rest: string): VertexReference {
  const [, project, location, model, at] = pattern.exec(rest) ?? [];
  if (model === undefined || at === undefined)
    throw new Error(
      'expected a model and an alias or a version, such as vertex://ocr@candidate or vertex://projects/my-project/locations/us-central1/models/ocr@7',
    );
  return { project, location, model, at };
}
