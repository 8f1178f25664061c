import { describe, expect, test } from '@jest/globals';
import {
  backText,
  changedFacts,
  changedText,
  outsideFacts,
} from '../../../../src/domain/traffic/outside/facts.ts';
import { hasChange, putBack } from '../../../../src/domain/traffic/outside/put-back.ts';
import {
  differingFields,
  type OutsideSettings,
  outsideFields,
  withoutTexts,
} from '../../../../src/domain/traffic/outside/settings.ts';

const all = 'INGRESS_TRAFFIC_ALL';
const inside = 'INGRESS_TRAFFIC_INTERNAL_ONLY';
const balancer = 'INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER';

const settings = (own: Partial<OutsideSettings> = {}): OutsideSettings => ({
  ingress: all,
  invokerIamDisabled: false,
  iapEnabled: false,
  defaultUriDisabled: false,
  scaling: {},
  customAudiences: [],
  labels: {},
  description: '',
  ...own,
});
const back = (
  before: Partial<OutsideSettings>,
  after: Partial<OutsideSettings> | undefined,
  live: Partial<OutsideSettings>,
  isPrivate?: boolean,
) =>
  putBack(
    { before: settings(before), ...(after ? { after: settings(after) } : {}) },
    settings(live),
    isPrivate,
  );

describe('what a release puts back', () => {
  test.each([
    ['ingress', { ingress: all }, { ingress: inside }],
    ['ingress, the reverse', { ingress: inside }, { ingress: all }],
    ['ingress that was not set', { ingress: undefined }, { ingress: balancer }],
    ['default URL', { defaultUriDisabled: true }, {}],
    ['IAP', { iapEnabled: true }, {}],
    [
      'scaling',
      { scaling: { minInstanceCount: 2 } },
      { scaling: { minInstanceCount: 0, maxInstanceCount: 9 } },
    ],
    ['audiences', { customAudiences: ['a'] }, { customAudiences: ['b'] }],
    ['labels', { labels: { team: 'ocr' } }, { labels: { team: 'x', more: 'y' } }],
    ['description', { description: 'old' }, { description: 'new' }],
  ] as [string, Partial<OutsideSettings>, Partial<OutsideSettings>][])('%s', (_, before, after) => {
    for (const known of [after, undefined]) {
      const { change, closed } = back(before, known, after);
      expect(closed).toEqual([]);
      expect(Object.keys(change)).toHaveLength(1);
      const live = { ...settings(after), ...change };
      expect(differingFields(settings(before), live)).toEqual([]);
      expect(hasChange(live, change)).toBe(true);
      // Doing it again writes nothing.
      expect(back(before, known, live).change).toEqual({});
    }
  });

  test('the record of a build does not hold the text of a description, and still recognises it', () => {
    const after = withoutTexts(settings({ description: 'Reads text s3cret' }));
    expect(after.description).toMatch(/^fingerprint:[0-9a-f]{16}$/);
    expect(withoutTexts(after)).toEqual(after);
    expect(back({ description: 'old' }, after, { description: 'Reads text s3cret' }).change).toEqual({
      description: 'old',
    });
    expect(back({ description: 'old' }, after, { description: 'by a person' }).change).toEqual({});
  });

  test('the same value in another spelling is not a difference', () => {
    expect(back({ ingress: undefined }, undefined, { ingress: all }).change).toEqual({});
    expect(back({ customAudiences: ['a', 'b'] }, undefined, { customAudiences: ['b', 'a'] }).change).toEqual(
      {},
    );
    expect(back({ scaling: {} }, undefined, { scaling: { minInstanceCount: 0 } }).change).toEqual({});
  });

  test('a setting that the release did not change, or that others have changed since, stays', () => {
    expect(back({}, {}, { ingress: inside }).change).toEqual({});
    expect(back({}, { ingress: balancer }, { ingress: inside })).toEqual({ change: {}, closed: [] });
    const labels = { ours: 'new', theirs: 'their own' };
    expect(back({ labels: { ours: 'old' } }, { labels: { ours: 'new' } }, { labels }).change).toEqual({
      labels: { ours: 'old', theirs: 'their own' },
    });
  });
});

describe('a release never opens a function', () => {
  test('the invoker check stays on', () => {
    const isPrivate = true;
    expect(back({ invokerIamDisabled: true }, undefined, {}, isPrivate)).toEqual({
      change: {},
      closed: ['invokerIamDisabled'],
    });
    // The guard closed it between the first look and the build.
    expect(back({ invokerIamDisabled: true }, {}, {}).closed).toEqual(['invokerIamDisabled']);
  });

  test('an invoker check that was on is switched on again', () => {
    expect(back({}, { invokerIamDisabled: true }, { invokerIamDisabled: true }).change).toEqual({
      invokerIamDisabled: false,
    });
  });

  test('no setting is opened while the callers are not checked', () => {
    const narrow = { ingress: inside, defaultUriDisabled: true, iapEnabled: true };
    const wide = { ingress: all, defaultUriDisabled: false, iapEnabled: false };
    expect(back(wide, narrow, narrow, false)).toEqual({
      change: {},
      closed: ['ingress', 'iapEnabled', 'defaultUriDisabled'],
    });
    expect(back(wide, narrow, { ...narrow, invokerIamDisabled: true }).closed).toContain('ingress');
    expect(back(narrow, wide, wide, false)).toEqual({ change: narrow, closed: [] });
  });

  test('no combination of settings writes an open invoker check', () => {
    const values: Partial<OutsideSettings>[] = [all, inside].flatMap((ingress) =>
      [true, false].flatMap((invokerIamDisabled) =>
        [true, false].map((iapEnabled) => ({ ingress, invokerIamDisabled, iapEnabled })),
      ),
    );
    for (const before of values)
      for (const after of [undefined, ...values])
        for (const live of values)
          for (const isPrivate of [undefined, true, false]) {
            const { change, closed } = back(before, after, live, isPrivate);
            expect(change.invokerIamDisabled).not.toBe(true);
            expect(closed.filter((field) => field in change)).toEqual([]);
            if (isPrivate === false && live.ingress === inside) expect(change.ingress).toBeUndefined();
          }
  });
});

describe('what became of the settings', () => {
  const place = { project: 'p', region: 'r', service: 's' };
  const facts = (before: Partial<OutsideSettings>, found: Partial<OutsideSettings>, live = found) =>
    outsideFacts(
      { before: settings(before), found: settings(found), live: settings(live) },
      {
        asked: outsideFields.filter((field) => field !== 'invokerIamDisabled'),
        closed: ['invokerIamDisabled'],
      },
      place,
    );

  test('a setting that is back needs no command', () => {
    expect(facts({}, { ingress: inside }, {})).toEqual([
      { setting: 'ingress', before: 'all', now: 'all', opens: true, state: 'put_back' },
    ]);
  });

  test.each([[{ ingress: balancer }, {}, '--ingress=internal-and-cloud-load-balancing']] as [
    Partial<OutsideSettings>,
    Partial<OutsideSettings>,
    string,
  ][])('%j', (before, found, flags) => {
    expect(facts(before, found)).toMatchObject([
      { state: 'refused', command: `gcloud run services update s --project=p --region=r ${flags}` },
    ]);
  });

  test.each([
    [{ defaultUriDisabled: true }, {}, /^gcloud beta run services update s .* --no-default-url$/],
    [
      { scaling: { minInstanceCount: 2 } },
      {},
      /--data '\{"scaling":\{"minInstanceCount":2\}\}' .*=scaling"$/,
    ],
    [
      { labels: { a: '1' } },
      { labels: { b: '2', 'backstay-source': 'kept' } },
      /--data '\{"labels":\{"a":"1","backstay-source":"kept"\}\}' "https:\S+\/v2\/projects\/p\/locations\/r\/services\/s\?updateMask=labels"$/,
    ],
    [{ customAudiences: ['https://a b'] }, {}, /--data '\{"customAudiences":\["https:\/\/a b"\]\}' /],
    [{ customAudiences: [] }, { customAudiences: ['x'] }, /--data '\{"customAudiences":\[\]\}' /],
    [{ description: '$(rm -rf ~)' }, {}, /--data '\{"description":"\$\(rm -rf ~\)"\}' /],
  ] as [Partial<OutsideSettings>, Partial<OutsideSettings>, RegExp][])(
    'what gcloud cannot set alone: %j',
    (before, found, command) => {
      expect(facts(before, found)).toMatchObject([
        { state: 'refused', command: expect.stringMatching(command) },
      ]);
    },
  );

  test('no command opens the invoker check, and our own labels are not mentioned', () => {
    expect(facts({ invokerIamDisabled: true }, {})).toEqual([
      { setting: 'invoker check', before: 'off', now: 'on', opens: true, state: 'closed' },
    ]);
    expect(facts({ labels: { 'backstay-source': 'a' } }, { labels: { 'backstay-source': 'b' } })).toEqual([]);
  });
});

describe('labels in words', () => {
  const google = { 'goog-managed-by': 'cloudfunctions', team: 'vision' };
  const place = { project: 'p', region: 'r', service: 's' };

  test('only the labels that a release changed are told, also if it added or removed them', () => {
    const before = settings({ labels: { ...google, stage: 'live' } });
    const found = settings({ labels: { ...google, team: 'sound', added: 'x' } });
    const facts = outsideFacts({ before, found, live: before }, { asked: ['labels'], closed: [] }, place);
    expect(backText(facts)).toBe('labels of the service no added, stage=live, team=vision');
    expect(changedText(changedFacts(before, found))).toBe(
      'labels of the service no added, stage=live, team=vision -> added=x, no stage, team=sound',
    );
  });
});
