import type { Planned } from '../../../src/domain/release/longest.ts';
import { definitionFor } from '../../../src/inputs/table.ts';

const standard = (name: string): unknown => {
  const definition = definitionFor(name, 'release');
  if (definition.default === undefined) throw new Error(`${name} has no default`);
  return definition.kind.parse(definition.default);
};

/** A release with nothing but the defaults of its inputs. */
export const standardRelease = (): Planned => ({
  canary: standard('canary') as number[],
  stepSeconds: standard('step_duration') as number,
  fullSeconds: standard('duration') as number,
  buildSeconds: standard('deploy_timeout') as number,
  waitSeconds: standard('wait_for_other') as number,
  propagationSeconds: standard('propagation_timeout') as number,
  verifySeconds: standard('verify_duration') as number,
});
