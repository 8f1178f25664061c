import { describe, expect, test } from '@jest/globals';
import { rolesToRead } from '../../../../src/domain/exposure/policy/needs.ts';
import { bind, factsWith } from '../../../support/exposure-facts.ts';

describe('calls', () => {
  test('roles of the public are always read, other roles up to the limit', () => {
    const bindings = [...Array(40)].map((_, i) => bind(`roles/r${i}`, i % 2 ? 'group:g@b.c' : 'user:a@b.c'));
    const facts = factsWith({ bindings: { project: [...bindings, bind('roles/last', 'allUsers')] } });
    const wanted = rolesToRead(facts.policies, 10);
    expect(wanted).toHaveLength(10);
    expect(wanted[0]).toBe('roles/last');
    expect(wanted).not.toContain('roles/r0');
  });
});
