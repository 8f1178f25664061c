import { isObject, type JsonObject, textOf } from '../data/json.ts';

/** A problem of the file, with what repairs it. */
export interface FileProblem {
  what: string;
  fix: string;
  line?: number | undefined;
}

const recompile = 'Compile the pipeline with kfp 2 and give the file that it writes.';

/** Lines of Python that cannot compile, each with the reason. They stand in samples that many people have copied. */
const broken: readonly (readonly [RegExp, string, string])[] = [
  [
    /\bfrom\s+kfp\.v2\b|\bimport\s+kfp\.v2\b/,
    'kfp.v2 is an old name that kfp 2 still knows and will remove',
    'Write: from kfp import dsl, compiler',
  ],
  [
    /\bCustomJob\s*\(/,
    'aiplatform.CustomJob is a call of the SDK and no step of a pipeline: it has no parameter job_spec and no outputs',
    'Make the training a component (@dsl.component or @dsl.container_component). Vertex AI runs each as a custom job.',
  ],
  [
    /\bModelDeployOp\b/,
    'google.cloud.aiplatform has no ModelDeployOp',
    'Leave deployment to the release: this action gives it the model. The operation itself is in google_cloud_pipeline_components.v1.endpoint.',
  ],
  [
    /\bdsl\.ContainerOp\b|\bcomponents\.func_to_container_op\b/,
    'this is a component of kfp 1',
    'Write it as @dsl.component or @dsl.container_component.',
  ],
];

const isPython = (text: string): boolean =>
  /^\s*(?:from\s+[\w.]+\s+import\b|import\s+\w|@dsl\.|def\s+\w+\()/m.test(text) && !/^\s*[{[]/.test(text);

/** Why a text is the source of a pipeline and not a compiled one. Empty if it is no Python. */
export function pythonProblems(text: string): FileProblem[] {
  if (!isPython(text)) return [];
  const lines = text.split('\n').slice(0, 20_000);
  return [
    {
      what: 'it is the source of a pipeline in Python, and not what a compiler makes of it',
      fix: 'Compile it: compiler.Compiler().compile(pipeline, package_path="pipeline.yaml"). Then give pipeline.yaml.',
    },
    ...broken.flatMap(([pattern, what, fix]) => {
      const at = lines.findIndex((line) => pattern.test(line) && !/^\s*#/.test(line));
      return at < 0 ? [] : [{ what, fix, line: at + 1 }];
    }),
  ];
}

/** Why an object is no pipeline that Vertex AI runs, although a compiler wrote it. */
export function foreignProblem(value: unknown): FileProblem | undefined {
  if (!isObject(value))
    return { what: 'it is no compiled pipeline: it has no object at its top', fix: recompile };
  const kind = textOf(value.kind);
  if (kind !== undefined && /^argoproj\.io\//.test(textOf(value.apiVersion) ?? ''))
    return {
      what: `it is a ${kind === 'Workflow' ? 'workflow' : 'resource'} for Argo, which kfp 1 writes for a Kubernetes cluster`,
      fix: recompile,
    };
  if (textOf(value.Version) !== undefined && Array.isArray(value.Steps))
    return {
      what: 'it is the definition of a pipeline of SageMaker',
      fix: 'Set provider: sagemaker and pipeline_name. SageMaker keeps the definition itself.',
    };
  return undefined;
}

/** kfp 1 also wrote this format. Vertex AI supports kfp from 2.0 on (docs.cloud.google.com, Pipelines interfaces). */
export function oldCompiler(spec: JsonObject): FileProblem | undefined {
  const sdk = textOf(spec.sdkVersion) ?? '';
  return /^kfp-[01]\./.test(sdk)
    ? {
        what: `${sdk} compiled it, and Vertex AI Pipelines supports kfp from 2.0 on`,
        fix: `${recompile} Components of kfp 1 have to be rewritten: ContainerOp as @dsl.container_component.`,
      }
    : undefined;
}
