import { parseDuration } from '../../../data/parse.ts';
import { parseCanary } from '../../../release/canary.ts';
import { longestRelease, type Planned, totalSeconds } from '../../../release/longest.ts';
import { parseWaves } from '../../../waves/regions.ts';
import { nodeAt } from '../../../yaml/node.ts';
import type { Reporter } from '../../found.ts';
import type { Step } from '../../workflow/model.ts';
import type { Rule } from '../rule.ts';
import { ownAction } from '../shared/uses.ts';

/** The defaults of the release's inputs. A test holds them equal to the table of inputs. */
export const releaseDefaults: Record<string, string> = {
  canary: '5%,25%,50%',
  step_duration: '5m',
  duration: '10m',
  deploy_timeout: '20m',
  wait_for_other: '10m',
  propagation_timeout: '7m',
  verify_duration: '1m',
};

/** `timeout-minutes` against the longest that the release itself can take with these inputs. */
export const timeoutTooShort: Rule = (facts, report) => {
  for (const step of facts.steps) {
    if (ownAction(step.uses) !== 'release') continue;
    for (const [node, what] of [
      [step.node, 'step'],
      [step.job.node, 'job'],
    ] as const) {
      const value = nodeAt(node, 'timeout-minutes');
      const at = {
        file: step.job.workflow.file,
        line: value?.line ?? step.job.at.line,
        column: value?.column ?? step.job.at.column,
      };
      if (value?.kind !== 'text' || step.at.file !== step.job.workflow.file) continue;
      if (value.text.includes('${{'))
        report.unknown(at, `Only a run knows how many minutes the ${what} of the release may take.`);
      else judge(step, what, value.text, at, report);
    }
  }
};

function judge(
  step: Step,
  what: string,
  text: string,
  at: Parameters<Reporter['unknown']>[0],
  report: Reporter,
): void {
  const minutes = Number(text);
  const planned = plannedOf(step);
  if (!Number.isFinite(minutes)) return;
  if (!planned) {
    report.unknown(at, 'Only a run knows how long the release may take, because an input is an expression.');
    return;
  }
  const parts = longestRelease(planned);
  const needed = Math.ceil(totalSeconds(parts) / 60);
  if (minutes >= needed) return;
  const rounded = Math.ceil(needed / 10) * 10;
  report.found({
    severity: 'high',
    confidence: 'high',
    at,
    title: `The ${what} may take ${minutes} minutes, and its release can take ${needed}.`,
    why: `The longest parts: ${[...parts]
      .sort((a, b) => b.seconds - a.seconds)
      .slice(0, 3)
      .map((part) => `${part.what} ${Math.ceil(part.seconds / 60)} min`)
      .join(', ')}. A usual release is much shorter.`,
    fix: `Set timeout-minutes: ${rounded}, or shorten the inputs.`,
    evidence: `${step.job.workflow.file} ${step.job.id} timeout-minutes`,
    edits: [{ ...at, old: text, new: String(rounded) }],
  });
}

/** What the inputs of the step say, with the defaults for the others. Undefined if one of them is an expression. */
function plannedOf(step: Step): Planned | undefined {
  const read = (name: string): string | undefined => {
    const given = step.with.get(name);
    return given && given.text.trim() !== '' ? given.known : releaseDefaults[name];
  };
  const seconds = (name: string): number | undefined => {
    const text = read(name);
    try {
      return text === undefined ? undefined : parseDuration(text);
    } catch {
      return undefined;
    }
  };
  const canary = read('canary');
  const regions = step.with.get('regions');
  if (regions && regions.known === undefined) return undefined;
  const all = [
    'step_duration',
    'duration',
    'deploy_timeout',
    'wait_for_other',
    'propagation_timeout',
    'verify_duration',
  ].map(seconds);
  const [stepSeconds, fullSeconds, buildSeconds, waitSeconds, propagationSeconds, verifySeconds] = all;
  if (
    canary === undefined ||
    stepSeconds === undefined ||
    fullSeconds === undefined ||
    buildSeconds === undefined ||
    waitSeconds === undefined ||
    propagationSeconds === undefined ||
    verifySeconds === undefined
  )
    return undefined;
  try {
    return {
      canary: parseCanary(canary),
      stepSeconds,
      fullSeconds,
      buildSeconds,
      waitSeconds,
      propagationSeconds,
      verifySeconds,
      waves: regions?.known?.trim() ? parseWaves(regions.known).length : undefined,
    };
  } catch {
    return undefined;
  }
}
