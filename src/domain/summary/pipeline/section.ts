import type { View } from '../../report/render.ts';
import type { Report } from '../../report/report.ts';
import { codeSpan, markdownText } from '../../text/safe-text.ts';

const icons = {
  succeeded: '✅',
  failed: '❌',
  cancelled: '🚫',
  cached: '♻️',
  not_triggered: '➖',
  waiting: '⏳',
  running: '⏳',
  stopping: '⏳',
} as const;
const kept = { kept: '✅', missed: '❌', unknown: '❌', skipped: '➖' } as const;
const mostRows = 60;

function pipelineSection({ evidence: { pipeline } }: Report<'pipeline'>): string[] {
  if (!pipeline) return [];
  const { job, page, word, tasks, metrics, requirements, model, parameters, sdk } = pipeline;
  const facts = [
    job === undefined ? undefined : `Job: ${codeSpan(job, 300)}${word ? ` (${markdownText(word)})` : ''}`,
    page === undefined ? undefined : `Page: <${page}>`,
    sdk === undefined ? undefined : `Compiled by ${codeSpan(sdk)}`,
    parameters.length === 0
      ? undefined
      : `Parameters that differ from the file: ${parameters.map((name) => codeSpan(name)).join(', ')}`,
    model === undefined
      ? undefined
      : `Model: ${codeSpan(`${model.name ?? model.uri ?? ''}${model.version ? `@${model.version}` : ''}`, 400)}`,
  ].filter((fact) => fact !== undefined);
  const measured = new Map<string, string[]>();
  for (const { task, name, value } of metrics)
    measured.set(task, [...(measured.get(task) ?? []), `${name} ${value}`]);
  return [
    [...facts.map((fact) => `- ${fact}`), ''].join('\n'),
    ...(tasks.length === 0
      ? []
      : [
          [
            '| | task | state | measured |',
            '|:--|:--|:--|:--|',
            ...tasks
              .slice(0, mostRows)
              .map(
                ({ name, state, error }) =>
                  `| ${icons[state]} | ${codeSpan(name)} | ${state.replace('_', ' ')}${error ? `: ${markdownText(error, 300)}` : ''} | ${(measured.get(name) ?? []).map((text) => codeSpan(text)).join('<br>')} |`,
              ),
            '',
          ].join('\n'),
        ]),
    ...(requirements.length === 0
      ? []
      : [
          [
            '| | requirement | measured | bar |',
            '|:--|:--|--:|--:|',
            ...requirements
              .slice(0, mostRows)
              .map(
                (one) =>
                  `| ${kept[one.is]} | ${codeSpan(one.text)} | ${one.value ?? '-'} | ${one.bar ?? markdownText(one.why ?? '-')} |`,
              ),
            '',
          ].join('\n'),
        ]),
  ];
}

export const pipelineView: View<'pipeline'> = { sections: [pipelineSection] };
