import { parseName, shortName } from '../../domain/data/resource-name.ts';
import type { Finding } from '../../domain/findings/finding.ts';
import { ofRule } from '../../domain/findings/of-rule.ts';
import { trafficRules } from '../../domain/findings/rules/traffic.ts';
import { changedFacts, type OutsideFact, outsideFacts } from '../../domain/traffic/outside/facts.ts';
import { type OutsideChange, putBack } from '../../domain/traffic/outside/put-back.ts';
import {
  type OutsideField,
  type OutsideRecord,
  type OutsideSettings,
  outsideOf,
} from '../../domain/traffic/outside/settings.ts';
import type { RunService } from '../ports/services.ts';

/** Puts the settings that traffic does not carry back with the traffic, and reports the state of each one afterwards. */

export interface SettingsBack {
  /** The settings to write with the traffic. Called again after a lost race. */
  change(service: RunService): OutsideChange;
  /** The state of every setting that the release had changed. `service` is its latest read. */
  facts(service: RunService): OutsideFact[];
}

interface Known {
  outside: OutsideRecord | undefined;
  /** The revision that the traffic goes back to. */
  revision: string | undefined;
  /** Whether the guard saw that the function is private, if it has looked. */
  isPrivate?: boolean | undefined;
}

export function settingsBack({ outside, revision, isPrivate }: Known): SettingsBack {
  let found: OutsideSettings | undefined;
  const asked = new Set<OutsideField>();
  const closed = new Set<OutsideField>();
  return {
    change(service) {
      // Without a new revision, no build of this release has changed anything.
      const built = outside?.after !== undefined || service.latestCreatedRevision !== revision;
      if (outside === undefined || !built) return {};
      found ??= outsideOf(service);
      const back = putBack(outside, service, isPrivate);
      for (const field of Object.keys(back.change) as OutsideField[]) asked.add(field);
      for (const field of back.closed) closed.add(field);
      return back.change;
    },
    facts(service) {
      if (outside === undefined || found === undefined) return [];
      const { project = '', region = '' } = parseName(service.name);
      const place = { project, region, service: shortName(service.name) ?? service.name };
      const settings = { before: outside.before, found, live: outsideOf(service) };
      return outsideFacts(settings, { asked: [...asked], closed: [...closed] }, place);
    },
  };
}

/** A promotion puts nothing back, and says what has changed since the release began. */
export const settingsChanged = (before: OutsideSettings | undefined): SettingsBack => ({
  change: () => ({}),
  facts: (service) => (before ? changedFacts(before, service) : []),
});

/** A finding for every setting that is not as it was. */
export const settingFindings = (facts: readonly OutsideFact[]): Finding[] =>
  facts.flatMap((fact): Finding[] => {
    const { setting, before, now, state, command } = fact;
    if (state === 'put_back' || state === 'changed') return [];
    if (state === 'closed')
      return [
        {
          ...ofRule(trafficRules, 'setting-stays-closed'),
          title: `The ${setting} stays ${now}; before the release it was ${before}.`,
          why: 'Putting it back could let in anyone, and a release never opens a function.',
          fix: command && 'If you want it as it was, check first who may call the function, then run:',
          commands: command ? [command] : undefined,
        },
      ];
    return [
      {
        ...ofRule(trafficRules, 'setting-not-put-back'),
        title: `The ${setting} is still ${now}; before the release it was ${before}.`,
        why: 'This setting belongs to the service, so it also applies to the revision that serves again. Google refused the change.',
        fix: 'Put it back:',
        commands: command ? [command] : undefined,
      },
    ];
  });
