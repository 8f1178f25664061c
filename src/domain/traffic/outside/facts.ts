import { ownLabelPrefix } from '../../product.ts';
import { opens } from './put-back.ts';
import { differingFields, type OutsideField, type OutsideSettings } from './settings.ts';
import { fieldText, settingCommand, valueText } from './text.ts';

/** One setting that a release changed, and its state after the traffic went back. */
export interface OutsideFact {
  /** The setting in words. */
  setting: string;
  before: string;
  now: string;
  /** Putting it back lets in requests that were kept out, so the guard must look again. */
  opens?: true | undefined;
  /** `changed`: the release was promoted with it. `closed`: it stays as it is, because putting it back could open the function. */
  state: 'changed' | 'put_back' | 'closed' | 'refused';
  /** The command that puts the setting back. Absent if it is back. */
  command?: string | undefined;
}

/** Our own labels change with every release, so they are not worth reporting. */
const withoutOwnLabels = (settings: OutsideSettings): OutsideSettings => ({
  ...settings,
  labels: labelsOf(settings, false),
});

/** The labels that have not the same value everywhere. The others, such as Google's own, did not change and are not told. */
function changedLabels(...all: readonly OutsideSettings[]): string[] {
  const names = [...new Set(all.flatMap(({ labels }) => Object.keys(labels)))].sort();
  return names.filter((name) => new Set(all.map(({ labels }) => labels[name])).size > 1);
}

const labelsOf = ({ labels }: OutsideSettings, own: boolean): Record<string, string> =>
  Object.fromEntries(Object.entries(labels).filter(([name]) => name.startsWith(ownLabelPrefix) === own));

/**
 * Compares the settings `before` the release, `found` when the rollback began, and `live` now. The rollback tried to put back those in
 * `asked`, and left those in `closed` alone.
 */
export function outsideFacts(
  settings: { before: OutsideSettings; found: OutsideSettings; live: OutsideSettings },
  { asked, closed }: { asked: readonly OutsideField[]; closed: readonly OutsideField[] },
  place: { project: string; region: string; service: string },
): OutsideFact[] {
  const before = withoutOwnLabels(settings.before);
  const found = withoutOwnLabels(settings.found);
  const live = withoutOwnLabels(settings.live);
  return differingFields(before, found).flatMap((field): OutsideFact[] => {
    if (!asked.includes(field) && !closed.includes(field)) return [];
    const isBack = !differingFields(before, live).includes(field);
    const state = closed.includes(field) ? 'closed' : isBack ? 'put_back' : 'refused';
    // No command switches the invoker check off, because that would open the function.
    const own = isBack || (field === 'invokerIamDisabled' && before.invokerIamDisabled);
    const wanted = { ...before, labels: { ...before.labels, ...labelsOf(settings.live, true) } };
    const command = own ? undefined : settingCommand(field, wanted, place);
    const names = changedLabels(before, found, live);
    const [was, now] = [before, live].map((settings) => valueText(field, settings, names));
    const fact = { setting: fieldText[field], before: was ?? '', now: now ?? '' };
    const opening = opens(field, before, found) ? { opens: true as const } : {};
    return [{ ...fact, ...opening, state, command }];
  });
}

/** `ingress all, default URL on`: the settings that are back. Undefined if there are none. */
export function backText(facts: readonly OutsideFact[] = []): string | undefined {
  const back = facts.filter(({ state }) => state === 'put_back');
  return back.map(({ setting, before }) => `${setting} ${before}`).join(', ') || undefined;
}

/** `ingress internal (was all)`: the settings that are not as they were. Undefined if there are none. */
export function leftText(facts: readonly OutsideFact[] = []): string | undefined {
  const left = facts.filter(({ state }) => state === 'closed' || state === 'refused');
  return left.map(({ setting, before, now }) => `${setting} ${now} (was ${before})`).join(', ') || undefined;
}

/** The settings that are not what they were when a promoted release began. */
export function changedFacts(before: OutsideSettings, live: OutsideSettings): OutsideFact[] {
  const [was, is] = [withoutOwnLabels(before), withoutOwnLabels(live)];
  return differingFields(was, is).map((field) => ({
    setting: fieldText[field],
    before: valueText(field, was, changedLabels(was, is)),
    now: valueText(field, is, changedLabels(was, is)),
    state: 'changed',
  }));
}

/** `ingress all -> internal`. Undefined if nothing has changed. */
export function changedText(facts: readonly OutsideFact[] = []): string | undefined {
  const changed = facts.filter(({ state }) => state === 'changed');
  return changed.map(({ setting, before, now }) => `${setting} ${before} -> ${now}`).join(', ') || undefined;
}
