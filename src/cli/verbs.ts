import type { Verb } from './verb.ts';

interface Entry {
  /** One line of the list of verbs. */
  summary: string;
  load: () => Promise<Verb>;
}

/**
 * Every verb, in the order of the help. A new verb is a file in src/cli/verbs/ and a line here. Its code is loaded when it
 * is called, so that no verb slows down another.
 */
export const verbs: Readonly<Record<string, Entry>> = {
  init: {
    summary:
      'Set up project and repository from nothing: login without a key, roles, environment, workflows.',
    load: async () => (await import('./verbs/init.ts')).init,
  },
  conformance: {
    summary: 'Try on a project of yours what we believe about Google Cloud, with a throw-away function.',
    load: async () => (await import('./verbs/conformance.ts')).conformance,
  },
  status: {
    summary: 'Show what serves, and what a release is doing.',
    load: async () => (await import('./verbs/status.ts')).status,
  },
  plan: {
    summary: 'Show what a deploy would change, and change nothing.',
    load: async () => (await import('./verbs/plan.ts')).plan,
  },
  doctor: {
    summary: 'Examine what a release will need, and rehearse a rollback.',
    load: async () => (await import('./verbs/doctor.ts')).doctor,
  },
  smoke: {
    summary: 'Run a smoke suite against a URL, a command or a deployed service.',
    load: async () => (await import('./verbs/smoke.ts')).smoke,
  },
  check: {
    summary:
      'Check the files of a repository: what makes a function public, uses a key or cuts a release short.',
    load: async () => (await import('./verbs/check.ts')).check,
  },
  posture: {
    summary: 'Show the state of every protection of a service, each with the smallest repair.',
    load: async () => (await import('./verbs/posture.ts')).posture,
  },
  slo: {
    summary: 'Make alerts and dashboards from the file with objectives, or compare them with it.',
    load: async () => (await import('./verbs/slo.ts')).slo,
  },
  model: {
    summary:
      'Show which version of a model serves, which one served when, and whether all that names one agrees.',
    load: async () => (await import('./verbs/model.ts')).model,
  },
  replay: {
    summary: 'Judge a recorded watch again, offline.',
    load: async () => (await import('./verbs/replay.ts')).replay,
  },
  logs: {
    summary: 'Show what the log says about a failure, crash reason first.',
    load: async () => (await import('./verbs/logs.ts')).logs,
  },
  drill: {
    summary: 'Look at how buckets are protected, or restore objects that it has deleted.',
    load: async () => (await import('./verbs/drill.ts')).drill,
  },
  rollback: {
    summary: 'Move the traffic back to an earlier revision, or settle an unfinished release.',
    load: async () => (await import('./verbs/rollback.ts')).rollback,
  },
};
