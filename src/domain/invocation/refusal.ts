import { parseName } from '../data/resource-name.ts';
import { quoted } from '../data/shell.ts';

/** A refused call, explained: what happened, why, and the command that repairs it. */
export interface CallRefusal {
  what: string;
  why: string;
  fix: string;
  /** Shell commands, each to paste as it is. */
  commands?: readonly string[] | undefined;
}

/** An authenticated call of a Cloud Run service. */
export interface Invocation {
  project: string;
  region: string;
  /** Short name of the Cloud Run service. */
  service: string;
  /** Audience of the ID token that was sent. */
  audience: string;
  /** E-mail address of the account that the token belongs to. */
  caller: string;
}

/** `service` is `projects/P/locations/L/services/S`. Undefined if the call carries no token of an account. */
export function invocationOf(
  service: string,
  audience: string,
  caller: string | undefined,
): Invocation | undefined {
  const { project, region, name } = parseName(service);
  return caller && project && region ? { project, region, service: name, audience, caller } : undefined;
}

/**
 * Explains why Cloud Run refused an authenticated call; undefined if the status is neither 401 nor 403. A 401 means that
 * the token is bad (most often its audience is wrong). A 403 means that the token is good, but its account lacks
 * run.invoker. The body of the answer is Google's error page, which names neither cause.
 */
export function explainInvocation(status: number, call: Invocation): CallRefusal | undefined {
  const place = `--project=${quoted(call.project)} --region=${quoted(call.region)}`;
  if (status === 401)
    return {
      what: `Cloud Run rejected the token for service ${call.service} (401).`,
      why: `Either the token has expired, or its audience ${call.audience} is not one of the service's URLs or custom audiences.`,
      fix: 'Compare the audience with the output of:',
      commands: [
        `gcloud run services describe ${quoted(call.service)} ${place} --format="value(status.url,metadata.annotations)"`,
      ],
    };
  if (status === 403)
    return {
      what: `Cloud Run accepted the token, but its account may not call service ${call.service} (403).`,
      why: `${call.caller} lacks roles/run.invoker on the service. A new grant takes 2 to 7 minutes to take effect.`,
      fix: 'Grant the role:',
      commands: [
        `gcloud run services add-iam-policy-binding ${quoted(call.service)} ${place} --member=${quoted(memberOf(call.caller))} --role=roles/run.invoker --condition=None`,
      ],
    };
  return undefined;
}

const memberOf = (caller: string) => (/^[^:/]+@[^:/]+$/.test(caller) ? `serviceAccount:${caller}` : caller);
