import type { ExposureFacts } from '../facts.ts';

/** Service accounts by their e-mail (cloud.google.com/iam/docs/service-account-types). */

/** The e-mail in `serviceAccount:E-MAIL`, or undefined for another member, a deleted account or a GKE workload. */
export const accountOf = (member: string): string | undefined =>
  member.length > 320
    ? undefined
    : /^serviceaccount:([^\s:[\]]+@[^\s:[\]]+)$/i.exec(member.trim())?.[1]?.toLowerCase();

/** Accounts that Google keeps in its own projects. No customer can mint their tokens or read their policies. */
export const isGoogleManaged = (email: string): boolean =>
  /^service-\d+@|@gcp-sa-[\w-]+\.iam\.gserviceaccount\.com$|@(cloudservices|cloudbuild|containerregistry|[\w-]*system)\.gserviceaccount\.com$/.test(
    email,
  );

/**
 * The account of Cloud Build from before 2024. Google manages it, but everyone who may create a build runs code as it, without
 * actAs (cloud.google.com/build/docs/cloud-build-service-account).
 */
export const isBuildAccount = (email: string): boolean =>
  /^\d+@cloudbuild\.gserviceaccount\.com$/.test(email);

/** Id or number of the project that an account belongs to. */
export function projectOfAccount(email: string): string | undefined {
  const own = /@([a-z0-9-]+)((?:\.[a-z0-9-]+)*)\.iam\.gserviceaccount\.com$/.exec(email);
  // In a legacy domain-scoped project, `project.example.com` stands for the project `example.com:project`.
  if (own) return own[2] ? `${own[2].slice(1)}:${own[1]}` : own[1];
  return (
    /^(\d+)(?:-compute@developer|@cloudbuild)\./.exec(email)?.[1] ?? /^([^@]+)@appspot\./.exec(email)?.[1]
  );
}

/** True if the account inherits the bindings of the function's project and of everything above it. */
export function inheritsFromProject(
  email: string,
  { target, projectNumber, function: described }: ExposureFacts,
): boolean {
  const project = projectOfAccount(email);
  if (project === target.project || (projectNumber !== undefined && project === projectNumber)) return true;
  // If the number is unknown, the default account counts as the project's own.
  const byNumber = project !== undefined && /^\d+$/.test(project) && projectNumber === undefined;
  return byNumber || (project === undefined && described.ok && described.value.serviceAccount === email);
}

export const accountResource = (email: string): string => `projects/-/serviceAccounts/${email}`;
