import { updateTraffic } from '../../domain/data/commands.ts';
import type { Finding } from '../../domain/findings/finding.ts';
import { ofRule } from '../../domain/findings/of-rule.ts';
import { modelRules } from '../../domain/findings/rules/model.ts';
import type { AgreeRow } from '../../domain/model/agree.ts';
import type { AliasResult } from '../../domain/model/alias.ts';
import type { TagResult } from '../../domain/model/tags.ts';
import { actionPath } from '../../domain/product.ts';
import { capital } from '../../domain/text/sentence.ts';
import { recordOn } from '../../domain/traffic/parse-record.ts';
import type { RunService } from '../ports/services.ts';

/** Reports an alias that does not name what serves. */
export function aliasFindings({ did, alias, wanted, now, reason, command }: AliasResult): Finding[] {
  if (did === 'moved' || did === 'stands') return [];
  // Nothing says what it should name, or it is not known whether it names something else.
  if (wanted === undefined && did === 'left') return [];
  const should = wanted === undefined ? '' : ` Version ${wanted} serves.`;
  return [
    {
      ...ofRule(modelRules, 'model-alias-behind'),
      title: `${capital(reason)}.${should}`,
      ...(command === undefined
        ? { fix: `Run the job again. It moves ${alias} to the version that serves.` }
        : {
            fix: `If nobody means ${alias} to ${now === undefined ? 'be where it is' : `name version ${now}`}, move it:`,
            commands: [command],
          }),
    },
  ];
}

/** Reports tags that could not be written. They are for people who look back, so nothing else depends on them. */
export const tagFindings = (result: TagResult | undefined): Finding[] =>
  result?.did === 'failed'
    ? [
        {
          ...ofRule(modelRules, 'model-tags-behind'),
          title: `The versions of the model do not say what serves: ${result.reason}.`,
          fix: 'Nothing else depends on them, and the next release writes them. If this job may not write them, allow it.',
        },
      ]
    : [];

/** What does not agree, each with what mends it. */
export function agreementFindings(
  rows: readonly AgreeRow[],
  about: {
    /** projects/P/locations/L/services/S */
    service: string;
    recorded: string | undefined;
    version: string | undefined;
    alias: { name: string; current: string | undefined } | undefined;
    command: (alias: string, version: string) => string | undefined;
  },
): Finding[] {
  const { service, recorded, version, alias, command } = about;
  return rows
    .filter(({ is }) => is === 'differs')
    .flatMap(({ what, says }): Finding[] => {
      const title = `${capital(says)}.`;
      if (what === 'traffic')
        return [
          { ...ofRule(modelRules, 'model-not-carried'), title, fix: 'Release the function with model.' },
        ];
      if (what === 'bytes')
        return [
          {
            ...ofRule(modelRules, 'model-serving-gone'),
            title,
            fix: 'Bring the files back, or release another version. Register each version under a path of its own.',
          },
        ];
      if (what === 'tags')
        return [
          {
            ...ofRule(modelRules, 'model-tags-behind'),
            title,
            fix: `Run ${actionPath('model')} with mode: settle, which writes them. The next release does so too.`,
          },
        ];
      if (what === 'record')
        return [
          {
            ...ofRule(modelRules, 'model-traffic-moved'),
            title,
            fix: 'If what serves is right, release it, so that it is tested and recorded. If not, move the traffic back:',
            ...(recorded === undefined ? {} : { commands: [updateTraffic(service, { all: recorded })] }),
          },
        ];
      if (alias === undefined || version === undefined) return [];
      return aliasFindings({
        ...{ alias: alias.name, did: 'left', from: alias.current, now: alias.current, wanted: version },
        ...{ reason: says, command: command(alias.name, version) },
      });
    });
}

/** What was written, in one sentence. */
export const tagText = ({ reason }: TagResult): string => `The versions of the model say now that ${reason}.`;

/** A rollback that names no model cannot move the alias that the release has moved. */
export function unmovedAlias(service: RunService | undefined): Finding[] {
  const model = recordOn(service)?.model;
  if (model?.alias === undefined) return [];
  return [
    {
      ...ofRule(modelRules, 'model-alias-behind'),
      title: `The alias ${model.alias} was not looked at: it may still name ${model.reference}.`,
      fix: 'Name the model in this step as the release does. The alias then goes back with the traffic.',
    },
  ];
}
