import { enableService, grantOnProject, ownMember } from '../domain/causes/commands.ts';
import { RemoteError } from '../http/remote-error.ts';
import { CountsRefused } from '../steps/ports/counts-refused.ts';

/** What a source reads, and the role and API that it needs. */
export interface SourceNeeds {
  /** What is counted, such as `request logs`. */
  counts: string;
  projectId: string;
  /** The identity of this job, as a member of IAM. Known after its login. */
  member?: (() => string | undefined) | undefined;
  role: string;
  /** The API to enable, such as `logging.googleapis.com`. */
  service: string;
}

/** Turns Google's 403 into an error that names the grant. Returns every other error unchanged. */
export function explainRefusal(error: unknown, needs: SourceNeeds): unknown {
  if (!(error instanceof RemoteError) || error.status !== 403) return error;
  const { counts, projectId, role, service } = needs;
  const member = needs.member?.();
  const grant = member && grantOnProject({ project: projectId }, ownMember({ member }), role);
  const off = error.isApiOff;
  const refused = new CountsRefused({
    what: `The ${counts} of project ${projectId} cannot be read.`,
    why: off
      ? `The project does not use the API ${service}.`
      : `Google answered 403: ${error.permission ? `the permission ${error.permission} is missing.` : error.remoteMessage}`,
    fix: off ? 'Switch it on:' : `Grant ${role} to the identity of this job.`,
    commands: off ? [enableService({ project: projectId }, [service])] : grant ? [grant] : undefined,
    role: off ? undefined : role,
    cause: error,
  });
  // The call explains itself, with a grant for the identity of this job.
  refused.facts = error.facts;
  return refused;
}
