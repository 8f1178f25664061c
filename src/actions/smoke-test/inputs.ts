import type { Context } from '../../runner/context.ts';
import { readLogin } from '../login/inputs.ts';
import { isOwnIap, readDoor } from './door.ts';

/** All inputs of `smoke-test`. Notes problems; `inputs.done()` reports them at once. */
export function readSmokeTest({ inputs, env, localLogin }: Pick<Context, 'inputs' | 'env' | 'localLogin'>) {
  const values = inputs.of('smoke-test');
  const targets = (['name', 'url', 'command'] as const).filter((name) => inputs.isSet(name));
  if (targets.length === 0)
    inputs.missing(
      'name',
      'the name of a deployed function, or url (without a token), or command (a local function)',
    );
  if (targets.length > 1) inputs.problem(targets, 'expected only one of them');
  const isDeployed = inputs.isSet('name');
  if (inputs.isSet('revision') && !isDeployed) inputs.problem('revision', 'expected only together with name');
  const door = readDoor(inputs, values);
  if (door && !isDeployed) inputs.problem('front', 'expected only together with name');
  if (door && !isOwnIap(door) && inputs.isSet('revision'))
    inputs.problem(
      ['revision', 'front'],
      'expected only one of them: what stands in front serves the revision with the traffic',
    );
  return {
    login: readLogin({ inputs, env, localLogin }, values, { optional: !isDeployed }),
    suite: values.suite,
    name: values.name,
    region: values.region,
    revision: values.revision,
    url: values.url,
    command: values.command,
    folder: values.working_directory,
    isolation: values.isolation,
    inherit: values.inherit_env,
    readyMs: values.ready_timeout * 1000,
    settleMs: values.propagation_timeout * 1000,
    deadlineMs: values.timeout * 1000,
    expiredToken: values.expired_token,
    door,
  };
}
