import { RE2JS } from 're2js';
import { error, type Result, unknown } from './value.ts';

/** CEL's `matches`: RE2 finds the pattern anywhere in the text. Its time is linear, so no pattern can keep us busy. */

const maxPattern = 4096;
/** Google's C++ library and its Go library disagree about these: two groups of one name, and `\C`. */
const disputed = (pattern: string) => {
  const names = [...pattern.matchAll(/\(\?P?<(\w+)>/g)].map(([, name]) => name);
  return new Set(names).size < names.length || /\\C/.test(pattern);
};

const compiled = new Map<string, RE2JS | 'refused'>();

function compile(pattern: string): RE2JS | 'refused' {
  const known = compiled.get(pattern);
  if (known) return known;
  let made: RE2JS | 'refused';
  try {
    made = RE2JS.compile(pattern);
  } catch {
    made = 'refused';
  }
  if (compiled.size >= 100) compiled.clear();
  compiled.set(pattern, made);
  return made;
}

export function matches(text: string, pattern: string): Result {
  if (pattern.length > maxPattern) return unknown('the pattern is too long to try here');
  if (disputed(pattern)) return unknown('libraries for RE2 differ about the pattern');
  const regex = compile(pattern);
  if (regex === 'refused') return error('RE2 does not accept the pattern');
  return regex.matcher(text).find();
}
