import { describe, expect, test } from '@jest/globals';
import { holds, mapClaims } from '../../../../src/domain/login/doctor/cel.ts';
import { widened } from '../../../../src/domain/login/doctor/edit-condition.ts';
import { strangers } from '../../../../src/domain/login/doctor/other-runs.ts';
import { claims, mapping, own } from '../../../support/login-facts.ts';

/** The kind of run that a widened part lets in. */
const ids = "assertion.repository_owner_id == '4211' && assertion.repository_id == '770001'";
const place = "assertion.ref == 'refs/heads/main' && assertion.event_name != 'pull_request_target'";

describe('only the part of a condition that failed is widened', () => {
  test.each([
    [
      "assertion.repository_owner_id == '4211' && assertion.ref == 'refs/heads/prod'",
      `assertion.repository_owner_id == '4211' && (assertion.ref == 'refs/heads/prod' || ${ids} && ${place})`,
    ],
    ["assertion.repository == 'acme/OCR'", `(assertion.repository == 'acme/OCR' || ${ids} && ${place})`],
    [
      "assertion.sub == 'repo:acme/ocr:environment:prod'",
      `(assertion.sub == 'repo:acme/ocr:environment:prod' || ${ids} && ${place})`,
    ],
    [
      "(assertion.environment == 'prod' || assertion.ref == 'refs/heads/prod') && assertion.actor == 'mina'",
      `((assertion.environment == 'prod' || assertion.ref == 'refs/heads/prod') || ${ids} && ${place}) && assertion.actor == 'mina'`,
    ],
    [
      "attribute.repository_id == '1'",
      `(attribute.repository_id == '1' || ${ids} && attribute.repository_id == '770001' && ${place})`,
    ],
    ["assertion.environment == 'prod'", undefined],
    ['false', undefined],
    ['no CEL at all (', undefined],
  ])('%s', (condition, expected) => {
    expect(widened(condition, claims, own)).toBe(expected);
    if (expected === undefined) return;
    expect(holds(expected, claims, own)).toBe('true');
    for (const stranger of strangers(claims).filter(({ id }) => id !== 'self-hosted')) {
      const mapped = mapClaims(mapping, stranger.claims);
      const before = holds(condition, stranger.claims, mapped) === 'true';
      expect([stranger.id, holds(expected, stranger.claims, mapped) === 'true']).toEqual([
        stranger.id,
        before,
      ]);
    }
  });
});
