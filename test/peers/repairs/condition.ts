/** The condition of a binding that the tests put into every policy. */
export const condition = { title: 'later', expression: 'request.time > timestamp("2026-01-01T00:00:00Z")' };

/** gcloud reads these policies without their conditions, and Google then refuses the write. So they have none here. */
export const isPlain = (command: string): boolean => /^(gcloud )?(functions|artifacts) /.test(command);
