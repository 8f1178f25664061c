/** Names of what the main step leaves for the post step. */
export const saved = { job: 'pipeline_job', over: 'pipeline_over' } as const;
