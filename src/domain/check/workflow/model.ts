import type { YamlMap, YamlNode, YamlText } from '../../yaml/node.ts';
import type { Embedded } from '../files/embedded.ts';
import type { Place } from '../files/repository.ts';
import type { ShellScript } from '../shell/command.ts';

/** What a token of the job may do: `write-all`, `read-all`, or a level for each scope. */
export type Permissions = { all: 'write' | 'read' } | { scopes: ReadonlyMap<string, string> };

export interface Workflow {
  file: string;
  node: YamlMap;
  source: string;
  /** Names of the events. */
  events: ReadonlyMap<string, YamlNode | undefined>;
  permissions: Permissions | undefined;
  jobs: Job[];
}

export interface Job {
  workflow: Workflow;
  id: string;
  at: Place;
  node: YamlMap;
  /** What its token may do. Undefined: what the settings of the repository say, which never includes `id-token`. */
  permissions: Permissions | undefined;
  /** Where the permissions are set. Undefined if they are not. */
  permissionsAt: Place | undefined;
  /** The name of the environment, with expressions as they are. */
  environment: string | undefined;
  /** The reusable workflow that the job calls. */
  uses: Uses | undefined;
  steps: Step[];
  /** Jobs of workflows of this repository that call the workflow of this job. */
  callers: Job[];
  env: YamlNode | undefined;
}

export interface Uses {
  /** `owner/name/path`, `./path` or `docker://image`, without the ref. */
  name: string;
  ref: string | undefined;
  text: string;
  at: Place;
}

export interface Step {
  job: Job;
  at: Place;
  node: YamlMap;
  uses: Uses | undefined;
  run: Embedded | undefined;
  /** The commands of `run` and of the scripts that it starts. Undefined without a `run`. */
  script: ShellScript | undefined;
  with: ReadonlyMap<string, StepInput>;
  /** Variables of the workflow, the job and the step. */
  env: ReadonlyMap<string, StepInput>;
  /** The step is one of a composite action of this repository, which this step of the job calls. */
  inside: Step | undefined;
}

export interface StepInput {
  text: string;
  /** With the values of its expressions. Undefined if one of them is not known before the run. */
  known: string | undefined;
  at: Place;
  node: YamlText;
}

export const grants = (
  permissions: Permissions | undefined,
  scope: string,
  level: 'read' | 'write',
): boolean => {
  if (!permissions) return false;
  const has = 'all' in permissions ? permissions.all : permissions.scopes.get(scope);
  return has === 'write' || (level === 'read' && has === 'read');
};
