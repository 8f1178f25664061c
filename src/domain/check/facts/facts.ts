import type { YamlNode } from '../../yaml/node.ts';
import { type ReadYaml, readYaml } from '../../yaml/read-yaml.ts';
import type { Refused, Repository } from '../files/repository.ts';
import { parseHcl } from '../hcl/parse-hcl.ts';
import { parseJson } from '../hcl/parse-json.ts';
import { type Resource, resourcesOf, type TerraformFile } from '../hcl/terraform.ts';
import { type Program, pulumi } from '../pulumi/project.ts';
import type { Job, Step, Workflow } from '../workflow/model.ts';
import { readWorkflow } from '../workflow/read-workflow.ts';
import { linkCallers } from './callers.ts';
import { callsOf, type FoundCall } from './calls.ts';
import { isDataFile, isTerraform, isWorkflow } from './kinds.ts';
import { type FoundScript, scriptsOf } from './scripts.ts';

/** What the files of one commit say, read once for all rules. Each part is read when a rule asks for it. */
export interface Facts {
  repository: Repository;
  /** ISO day, for runtimes. */
  today: string;
  workflows: readonly Workflow[];
  jobs: readonly Job[];
  steps: readonly Step[];
  /** Every script that something in the repository runs. */
  scripts: readonly FoundScript[];
  /** Every call of gcloud in these scripts, and those that an action makes from its inputs. */
  calls: readonly FoundCall[];
  /** Of Terraform and of Pulumi. */
  resources: readonly Resource[];
  /** Programs of Pulumi, of which at most a part is read. */
  programs: readonly Program[];
  /** YAML and JSON files that are no workflows. */
  documents: readonly { file: string; node: YamlNode }[];
  yaml(path: string): ReadYaml | undefined;
  /** Files that could not be read. Complete after all parts were asked for. */
  refused(): readonly Refused[];
}

/** Parsed files by their text. Both commits share one, because most files are the same in both. */
export interface ParseCache {
  yaml: Map<string, ReadYaml>;
  hcl: Map<string, ReturnType<typeof parseHcl>>;
}

export const newCache = (): ParseCache => ({ yaml: new Map(), hcl: new Map() });

export function factsOf(repository: Repository, today: string, cache: ParseCache = newCache()): Facts {
  const refused = new Map<string, string>(repository.refused.map(({ file, why }) => [file, why]));
  const yaml = (path: string): ReadYaml | undefined => {
    const text = repository.text(path);
    if (text === undefined) return undefined;
    const read = cache.yaml.get(text) ?? readYaml(text);
    cache.yaml.set(text, read);
    return read;
  };
  const first = (path: string): YamlNode | undefined => {
    const read = yaml(path);
    if (read && 'problem' in read) refused.set(path, read.problem);
    return read && 'documents' in read ? read.documents[0] : undefined;
  };
  const workflows = lazy(() => {
    const all = repository.paths
      .filter(isWorkflow)
      .flatMap((file) => readWorkflow(file, { text: repository.text, yaml: first }) ?? []);
    linkCallers(all);
    return all;
  });
  const jobs = lazy(() => workflows().flatMap((workflow) => workflow.jobs));
  const steps = lazy(() => jobs().flatMap((job) => job.steps));
  const scripts = lazy(() =>
    scriptsOf(repository, steps(), resources(), first, (file, why) => refused.set(file, why)),
  );
  const calls = lazy(() => callsOf(scripts(), steps()));
  const pulumiParts = lazy(() => pulumi({ paths: repository.paths, text: repository.text, yaml: first }));
  const resources = lazy(() => [
    ...resourcesOf(
      repository.paths.filter(isTerraform).flatMap((file): TerraformFile[] => {
        const text = repository.text(file);
        if (text === undefined) return [];
        const parsed =
          cache.hcl.get(text) ?? (file.endsWith('.json') ? parseJson(file, text) : parseHcl(text));
        cache.hcl.set(text, parsed);
        if ('body' in parsed) return [{ file, text, body: parsed.body }];
        refused.set(file, parsed.problem);
        return [];
      }),
    ),
    ...pulumiParts().resources,
  ]);
  const documents = lazy(() =>
    repository.paths.filter(isDataFile).flatMap((file) => {
      const read = yaml(file);
      // A template that is no YAML yet is usual. A file that defends itself against being read is named.
      if (read && 'problem' in read && !read.problem.startsWith('it is not valid'))
        refused.set(file, read.problem);
      if (!read || 'problem' in read) return [];
      return read.documents.map((node) => ({ file, node }));
    }),
  );
  return {
    repository,
    today,
    yaml,
    get workflows() {
      return workflows();
    },
    get jobs() {
      return jobs();
    },
    get steps() {
      return steps();
    },
    get scripts() {
      return scripts();
    },
    get calls() {
      return calls();
    },
    get resources() {
      return resources();
    },
    get programs() {
      return pulumiParts().programs;
    },
    get documents() {
      return documents();
    },
    refused: () =>
      [...refused].map(([file, why]) => ({ file, why })).sort((a, b) => (a.file < b.file ? -1 : 1)),
  };
}

function lazy<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
