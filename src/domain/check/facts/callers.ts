import { resolvePath } from '../files/repository.ts';
import type { Workflow } from '../workflow/model.ts';

/** Tells the jobs of a reusable workflow which jobs of this repository call it. */
export function linkCallers(workflows: readonly Workflow[]): void {
  const byFile = new Map(workflows.map((workflow) => [workflow.file, workflow]));
  for (const workflow of workflows)
    for (const job of workflow.jobs) {
      const path = job.uses?.name.startsWith('./') ? resolvePath('', job.uses.name) : undefined;
      const called = path === undefined ? undefined : byFile.get(path);
      for (const inner of called?.jobs ?? []) inner.callers.push(job);
    }
}
