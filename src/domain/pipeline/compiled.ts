import { isObject, type Json, type JsonObject, objectOf, textOf } from '../data/json.ts';
import { documentsIn } from './documents.ts';
import { type FileProblem, foreignProblem, oldCompiler, pythonProblems } from './refuse.ts';
import type { CompiledPipeline, ParameterType, PipelineInput, PipelineTask } from './types.ts';
import { fromFile } from './values.ts';

const mostDepth = 20;

/** Names of types in schema 2.1 (parameterType) and before (type). */
const types: Readonly<Record<string, ParameterType>> = {
  NUMBER_INTEGER: 'integer',
  NUMBER_DOUBLE: 'double',
  STRING: 'string',
  BOOLEAN: 'boolean',
  LIST: 'list',
  STRUCT: 'struct',
  INT: 'integer',
  DOUBLE: 'double',
};

/** Reads a compiled pipeline: JSON or YAML, with or without the wrapper of a job, of kfp 2 or of TFX. All problems at once. */
export function readCompiled(text: string): CompiledPipeline | { problems: FileProblem[] } {
  const python = pythonProblems(text);
  if (python.length > 0) return { problems: python };
  const documents = documentsIn(text);
  if ('what' in documents) return { problems: [documents] };
  const [first, ...others] = documents.values;
  const foreign = foreignProblem(first);
  if (foreign) return { problems: [foreign] };
  const top = objectOf(first);
  const isWrapped = isObject(top.pipelineSpec);
  const spec = isWrapped ? objectOf(top.pipelineSpec) : top;
  const runtime = isWrapped ? objectOf(top.runtimeConfig) : {};
  const problems: FileProblem[] = [];
  const lacking = ['pipelineInfo', 'root', 'schemaVersion'].filter((name) => spec[name] === undefined);
  const again = 'Compile the pipeline with kfp 2 or TFX, and give the file that it writes.';
  if (lacking.length > 0)
    return { problems: [{ what: `it is no compiled pipeline: ${lacking.join(', ')} missing`, fix: again }] };
  const old = oldCompiler(spec);
  if (old) problems.push(old);
  const schema = textOf(spec.schemaVersion) ?? '';
  if (!/^2\.\d+(\.\d+)?$/.test(schema))
    problems.push({ what: `schemaVersion is "${schema.slice(0, 20)}" and not 2.0 or 2.1`, fix: again });
  const name = textOf(objectOf(spec.pipelineInfo).name) ?? '';
  if (name === '') problems.push({ what: 'pipelineInfo.name is missing', fix: again });
  const inputs = inputsOf(objectOf(spec.root), runtime, problems);
  problems.push(...artefactProblems(objectOf(spec.root)));
  const tasks = tasksOf(spec, problems);
  if (problems.length > 0) return { problems };
  return {
    name,
    sdk: textOf(spec.sdkVersion) ?? 'unknown',
    schema,
    spec,
    root: textOf(runtime.gcsOutputDirectory) ?? textOf(spec.defaultPipelineRoot),
    inputs,
    tasks,
    hasPlatform: others.some((one) => isObject(objectOf(one).platforms)),
  };
}

function inputsOf(root: JsonObject, runtime: JsonObject, problems: FileProblem[]): PipelineInput[] {
  const given: JsonObject = { ...objectOf(runtime.parameters), ...objectOf(runtime.parameterValues) };
  const declared = objectOf(objectOf(root.inputDefinitions).parameters);
  return Object.entries(declared).flatMap(([name, raw]): PipelineInput[] => {
    const definition = objectOf(raw);
    const word = textOf(definition.parameterType) ?? textOf(definition.type) ?? '';
    const type = Object.hasOwn(types, word) ? types[word] : undefined;
    if (type === undefined) {
      problems.push({
        what: `the input ${name} has the type ${word.slice(0, 40) || '(none)'}, which nobody can give`,
        fix: 'Leave it to the task that makes it.',
      });
      return [];
    }
    const own = Object.hasOwn(given, name) ? given[name] : definition.defaultValue;
    if (own === undefined || own === null) return [{ name, type, required: definition.isOptional !== true }];
    const value = fromFile(type, own as Json);
    if (value === undefined)
      problems.push({
        what: `the default of the input ${name} is no ${type}`,
        fix: 'Correct the default in the source of the pipeline, and compile it again.',
      });
    return [{ name, type, required: false, default: value }];
  });
}

/** Vertex AI asks for the number of an artefact in its metadata store, which differs from run to run. */
function artefactProblems(root: JsonObject): FileProblem[] {
  const asked = Object.entries(objectOf(objectOf(root.inputDefinitions).artifacts));
  return asked
    .filter(([, one]) => objectOf(one).isOptional !== true)
    .map(([name]) => ({
      what: `the input ${name} is an artefact, which nobody can give as a parameter`,
      fix: 'Give the pipeline its address as text, and make the artefact of it: dsl.importer(artifact_uri=address, artifact_class=...).',
    }));
}

/** Every task of the file, with those inside of groups. */
function tasksOf(spec: JsonObject, problems: FileProblem[]): PipelineTask[] {
  const components = objectOf(spec.components);
  const found: PipelineTask[] = [];
  const visit = (dag: JsonObject, above: string, depth: number): void => {
    if (depth > mostDepth) return;
    for (const [key, raw] of Object.entries(objectOf(dag.tasks))) {
      const task = objectOf(raw);
      const reference = textOf(objectOf(task.componentRef).name) ?? '';
      const component = Object.hasOwn(components, reference) ? objectOf(components[reference]) : {};
      const inner = isObject(component.dag) ? component.dag : undefined;
      const name = textOf(objectOf(task.taskInfo).name) ?? key;
      found.push({
        name,
        path: `${above}${name}`,
        isGroup: inner !== undefined,
        mayBeCached: objectOf(task.cachingOptions).enableCache === true,
      });
      if (inner) visit(inner, `${above}${name}.`, depth + 1);
    }
  };
  visit(objectOf(objectOf(spec.root).dag), '', 0);
  if (found.length === 0)
    problems.push({ what: 'it has no task', fix: 'Compile a pipeline that does something.' });
  return found;
}

/** The same pipeline with caching switched on or off for every task. */
export function withCaching(spec: JsonObject, enableCache: boolean): JsonObject {
  const dagOf = (holder: JsonObject): JsonObject => {
    const dag = objectOf(holder.dag);
    if (!isObject(dag.tasks)) return holder;
    const tasks = Object.fromEntries(
      Object.entries(dag.tasks).map(([key, task]): [string, Json] => [
        key,
        { ...objectOf(task), cachingOptions: { enableCache } },
      ]),
    );
    return { ...holder, dag: { ...dag, tasks } };
  };
  const components = Object.fromEntries(
    Object.entries(objectOf(spec.components)).map(([key, one]): [string, Json] => [
      key,
      dagOf(objectOf(one)),
    ]),
  );
  return { ...spec, components, root: dagOf(objectOf(spec.root)) };
}
