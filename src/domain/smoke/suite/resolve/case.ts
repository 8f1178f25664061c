import { parseDuration } from '../../../data/parse.ts';
import { defaultPolicy, type TextPolicy } from '../../../ocr/units.ts';
import type { SmokeCase, TextSource } from '../model.ts';
import type { Report } from '../problem.ts';
import type { CaseFile, SuiteFile } from '../schema/suite-file.ts';
import { expectOf } from './expectation.ts';
import { checkPossible } from './impossible.ts';
import { checkJmespath } from './jmespath.ts';
import { checkFresh, imageOf, requestOf } from './request.ts';

function sourceOf(item: CaseFile, defaults: SuiteFile['defaults'], report: Report): TextSource {
  const asSource = (value: CaseFile['text']) =>
    typeof value === 'string' ? { preset: value } : (value ?? {});
  const given = { ...asSource(defaults?.text), ...asSource(item.text) };
  checkJmespath(given.path, ['text', 'path'], report);
  checkJmespath(given.no_error_at, ['text', 'no_error_at'], report);
  const { preset = 'auto', path, join = '\n', no_error_at: noErrorAt } = given;
  return { preset, path, join, noErrorAt };
}

function policyOf(item: CaseFile, defaults: SuiteFile['defaults']): TextPolicy {
  const given = { ...defaults?.normalize, ...item.normalize };
  return {
    whitespace: given.whitespace ?? defaultPolicy.whitespace,
    unit: given.unit ?? defaultPolicy.unit,
    compat: given.compat ?? false,
    equivalents: given.equivalents ?? false,
    ignoreCase: given.ignore_case ?? false,
  };
}

/** A case with every default filled in. Settings that contradict each other go to `report`. */
export function resolveCase(
  item: CaseFile,
  defaults: SuiteFile['defaults'],
  report: Report,
): Omit<SmokeCase, 'place' | 'filePlaces'> {
  const image = imageOf(item.image);
  const policy = policyOf(item, defaults);
  const expect = expectOf(item, defaults, report);
  checkPossible(expect, policy, report);
  const request = requestOf(item, defaults, image, report);
  const fresh = item.fresh ?? defaults?.fresh ?? false;
  if (fresh) checkFresh(request, image, report);
  const timeoutMs = parseDuration(item.timeout ?? defaults?.timeout ?? '30s') * 1000;
  if (timeoutMs === 0) report(['timeout'], 'timeout: no answer arrives within 0 s.');
  return {
    name: item.name ?? item.image,
    image,
    skip: item.skip,
    text: sourceOf(item, defaults, report),
    request,
    fresh,
    policy,
    expect,
    timeoutMs,
    retries: item.retries ?? defaults?.retries ?? 2,
  };
}
