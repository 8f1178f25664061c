import { objectOf, textOf } from '../../domain/data/json.ts';
import { ReleaseError } from '../../domain/errors/errors.ts';
import { ofRule } from '../../domain/findings/of-rule.ts';
import { deployRules } from '../../domain/findings/rules/deploy.ts';
import { isFunctionsSource } from '../../domain/source/location.ts';
import type { DeployRequest, DeployRun } from '../../steps/deploy/ports.ts';
import type { RunService } from '../../steps/ports/services.ts';
import { foreignSettings } from '../run/apply.ts';
import { buildFields } from './build-config.ts';

/** Refuses settings that a Cloud Run function does not have, and a new one without what its build needs. Throws `input-invalid`. */
export function checkSettings({ settings }: DeployRequest, service: RunService | undefined): void {
  const foreign = foreignSettings(settings).filter((path) => !buildFields.has(path));
  if (foreign.length > 0)
    throw new ReleaseError('input-invalid', {
      what: `A Cloud Run function does not have these settings: ${foreign.join(', ')}.`,
      why: foreign.some((path) => path.startsWith('eventTrigger.'))
        ? 'Events reach it through a trigger of Eventarc, which is a resource of its own.'
        : undefined,
      fix: 'Remove those inputs, or deploy with target: function.',
    });
  if (service) return;
  const missing = [
    ['buildConfig.runtime', 'runtime', 'nodejs24'],
    ['buildConfig.entryPoint', 'entry_point', 'ocr'],
  ].filter(([path = '']) => !settings.has(path));
  if (missing.length === 0) return;
  throw new ReleaseError('input-invalid', {
    what: `${missing.map(([, input]) => input).join(' and ')}: missing: a new Cloud Run function needs ${missing.length > 1 ? 'them' : 'it'}.`,
    fix: `Set ${missing.map(([, input, example]) => `${input}, such as ${input}: ${example}`).join('. Set ')}.`,
  });
}

/** Says that the Functions API managed this service before. The release goes on, because the source and the name are the same. */
export function tellDetached({ ports, request, result }: DeployRun, service: RunService): void {
  if (!isFunctionsSource(textOf(objectOf(service.raw.buildConfig).sourceLocation))) return;
  const title = `${request.name} was detached from the Functions API. It is released as a Cloud Run function from now on.`;
  ports.log.line(title);
  result.findings.push({
    ...ofRule(deployRules, 'function-detached'),
    title,
    fix: 'Set target: run-function, so that the workflow says what it releases.',
    source: 'GET run v2 services',
  });
}
