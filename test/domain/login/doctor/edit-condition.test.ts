import { describe, expect, test } from '@jest/globals';
import { holds, mapClaims } from '../../../../src/domain/login/doctor/cel.ts';
import { widened } from '../../../../src/domain/login/doctor/edit-condition.ts';
import { strangers } from '../../../../src/domain/login/doctor/other-runs.ts';
import { claims, mapping, own } from '../../../support/login-facts.ts';

describe('only the part of a condition that failed is widened', () => {
  test.each([
    [
      "assertion.repository_owner_id == '4211' && assertion.ref == 'refs/heads/prod'",
      "assertion.repository_owner_id == '4211' && (assertion.ref == 'refs/heads/prod' || assertion.ref == 'refs/heads/main')",
    ],
    [
      "assertion.repository == 'acme/OCR'",
      "(assertion.repository == 'acme/OCR' || assertion.repository_id == '770001')",
    ],
    [
      "assertion.sub == 'repo:acme/ocr:environment:prod'",
      "(assertion.sub == 'repo:acme/ocr:environment:prod' || assertion.repository_id == '770001' && assertion.ref == 'refs/heads/main')",
    ],
    [
      "(assertion.environment == 'prod' || assertion.ref == 'refs/heads/prod') && assertion.actor == 'mina'",
      "((assertion.environment == 'prod' || assertion.ref == 'refs/heads/prod') || assertion.ref == 'refs/heads/main') && assertion.actor == 'mina'",
    ],
    [
      "attribute.repository_id == '1'",
      "(attribute.repository_id == '1' || attribute.repository_id == '770001')",
    ],
    ["assertion.environment == 'prod'", undefined],
    ['false', undefined],
    ['no CEL at all (', undefined],
  ])('%s', (condition, expected) => {
    expect(widened(condition, claims, own)).toBe(expected);
    if (expected === undefined) return;
    expect(holds(expected, claims, own)).toBe('true');
    for (const stranger of strangers(claims).filter(({ kind }) => kind === 'outsider')) {
      const mapped = mapClaims(mapping, stranger.claims);
      const passed = holds(condition, stranger.claims, mapped) === 'true';
      // A ref does not distinguish repositories, so another part must have kept outsiders out before.
      if (!passed && condition.includes('repository'))
        expect(holds(expected, stranger.claims, mapped)).not.toBe('true');
    }
  });
});
