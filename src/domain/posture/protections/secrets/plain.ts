import { objectOf, textMapOf } from '../../../data/json.ts';
import { shellWord } from '../../../exposure/commands.ts';
import { isNoSecret, plainName, secretName } from '../../../source/secrets/variables.ts';
import { updateService } from '../../commands.ts';
import type { PostureFacts } from '../../facts.ts';
import { functionJson, plainVariables, serviceJson, variablesIn } from '../../read-service.ts';
import { absent, type Hole, type Judged, type Protection, present, unread } from '../../row.ts';
import { withoutService } from './generation.ts';

/** An address with a password in it, such as postgres://user:password@host. */
const passwordInUrl = /^[a-z][a-z0-9+.-]*:\/\/[^\s/:@]*:[^\s/@]{3,}@/i;

const holdsSecret = (name: string, value: string): boolean =>
  passwordInUrl.test(value) || (secretName(name) && !plainName(name) && !isNoSecret(value));

function judge(facts: PostureFacts): Judged {
  const { service, exposure } = facts;
  if (!service) return withoutService(facts);
  if (!service.ok) return unread('The service was', service);
  // What serves may be older than the template, and then has what the template has no longer.
  const { serving } = facts;
  if (serving && !serving.ok) return unread('The revision that serves was', serving);
  const older = serving ? variablesIn(serving.value) : [];
  const variables = [
    ...new Map(
      [...older, ...plainVariables(serviceJson(facts))].map((one) => [`${one.name}\n${one.value}`, one]),
    ).values(),
  ];
  const build = Object.entries(textMapOf(objectOf(functionJson(facts).buildConfig).environmentVariables));
  const found = [
    ...new Map(
      variables.filter(({ name, value }) => holdsSecret(name, value)).map((one) => [one.name, one]),
    ).values(),
  ];
  const holes: Hole[] = [
    ...found.map(({ name }): Hole => {
      const secret = name.toLowerCase().replaceAll('_', '-');
      return {
        about: ['variable', name],
        text: `${name} looks like a secret and is a plain variable: everyone who may see the service reads it.`,
        severity: 'high',
        fix: 'Keep the value in Secret Manager, grant the account of the service roles/secretmanager.secretAccessor on it, and name it. A value that stood here has to be changed:',
        commands: [
          `gcloud secrets create ${shellWord(secret)} --project=${shellWord(exposure.target.project)} --replication-policy=automatic`,
          updateService(exposure.target, `--remove-env-vars=${shellWord(name)}`),
        ],
        call: service.call,
      };
    }),
    ...build
      .filter(([name, value]) => holdsSecret(name, value))
      .map(
        ([name]): Hole => ({
          about: ['build', name],
          text: `The build variable ${name} looks like a secret, and every build shows it.`,
          severity: 'high',
          fix: 'Keep the value in Secret Manager, and let the build read it from there.',
          call: facts.function?.call,
        }),
      ),
  ];
  const [first] = holes;
  if (first === undefined)
    return present(
      `No plain variable looks like a secret: ${variables.length + build.length} read.`,
      service.call,
    );
  return {
    ...absent(
      `Plain variables that look like secrets: ${holes.length} of ${variables.length + build.length}.`,
      service.call,
      first,
    ),
    holes,
  };
}

export const plainSecrets: Protection = {
  id: 'posture-plain-secrets',
  title: 'No secret in plain variables',
  judge,
};
