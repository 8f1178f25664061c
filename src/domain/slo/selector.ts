import { escapeRegExp } from '../data/escape-regexp.ts';
import { revisionsOf } from '../data/revision-name.ts';
/** A plain PromQL selector such as `http_requests_total{revision="$revision",code=~"5.."}`. */
export interface Selector {
  matchers: Matcher[];
}

export interface Matcher {
  label: string;
  op: '=' | '!=' | '=~' | '!~';
  value: string;
}

/** The labels of one series; `__name__` is its name. */
export type Labels = Readonly<Record<string, string>>;

const nameAt = /[A-Za-z_:][\w:]*/y;
const opAt = /=~|!~|!=|=/y;
const quotedAt = /"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`[^`]*`/y;
const spaceAt = /\s*/y;

/** Reads a selector. Returns undefined for everything else, such as functions, ranges, offsets and sums. */
export function parseSelector(text: string): Selector | undefined {
  let at = 0;
  const take = (pattern: RegExp): string | undefined => {
    spaceAt.lastIndex = at;
    spaceAt.exec(text);
    pattern.lastIndex = spaceAt.lastIndex;
    const found = pattern.exec(text)?.[0];
    if (found !== undefined) at = pattern.lastIndex;
    return found;
  };
  const matchers: Matcher[] = [];
  const name = take(nameAt);
  if (name !== undefined) matchers.push({ label: '__name__', op: '=', value: name });
  if (take(/\{/y) !== undefined) {
    while (take(/\}/y) === undefined) {
      const quoted = take(quotedAt);
      const label = quoted === undefined ? take(nameAt) : unquote(quoted);
      if (label === undefined) return undefined;
      const op = take(opAt) as Matcher['op'] | undefined;
      // A quoted name without a value names the metric (Prometheus 3).
      if (op === undefined && quoted !== undefined)
        matchers.push({ label: '__name__', op: '=', value: label });
      else {
        const value = take(quotedAt);
        if (op === undefined || value === undefined) return undefined;
        matchers.push({ label, op, value: unquote(value) });
      }
      if (take(/,/y) === undefined && !/^\s*\}/.test(text.slice(at))) return undefined;
    }
  }
  take(/$/y);
  return text.slice(at).trim() === '' && matchers.length > 0 ? { matchers } : undefined;
}

function unquote(quoted: string): string {
  const inner = quoted.slice(1, -1);
  return quoted.startsWith('`') ? inner : inner.replace(/\\(.)/g, (_, char: string) => escapes[char] ?? char);
}
const escapes: Record<string, string> = { n: '\n', t: '\t', r: '\r' };

const quote = (value: string) => `"${value.replace(/[\\"]/g, '\\$&').replaceAll('\n', '\\n')}"`;
const plainLabel = /^[A-Za-z_]\w*$/;

export function selectorText({ matchers }: Selector): string {
  const [name] = matchers.filter(({ label, op }) => label === '__name__' && op === '=');
  const plain = name !== undefined && /^[A-Za-z_:][\w:]*$/.test(name.value);
  const rest = matchers
    .filter((matcher) => !plain || matcher !== name)
    .map(({ label, op, value }) => `${plainLabel.test(label) ? label : quote(label)}${op}${quote(value)}`);
  return `${plain ? name.value : ''}${rest.length > 0 ? `{${rest.join(',')}}` : ''}`;
}

/** The same counter over all revisions of the service, whose names begin with the service's name. */
export function overRevisions({ matchers }: Selector, service: string): Selector {
  return {
    matchers: matchers.flatMap(({ label, op, value }): Matcher[] => {
      if (!value.includes('$revision')) return [{ label, op, value: value.replaceAll('$service', service) }];
      const regex = op === '=~' || op === '!~';
      const parts = value.split('$revision').map((part) => {
        const filled = part.replaceAll('$service', service);
        return regex ? filled : escapeRegExp(filled);
      });
      const { own, longer } = revisionsOf(service);
      const names = { label, value: parts.join(own) };
      if (op === '!=' || op === '!~') return [{ ...names, op: '!~' }];
      return [
        { ...names, op: '=~' },
        { label, op: '!~', value: parts.join(longer) },
      ];
    }),
  };
}

/** One metric name, if the selector fixes it. */
export const metricOf = ({ matchers }: Selector): string | undefined =>
  matchers.find(({ label, op }) => label === '__name__' && op === '=')?.value;

/** Whether a series' label has a value that fits. Undefined if JavaScript cannot read the regular expression. */
export function fits({ label, op, value }: Matcher, labels: Labels): boolean | undefined {
  const own = (labels[label] ?? '').slice(0, 300);
  if (op === '=') return own === value;
  if (op === '!=') return own !== value;
  try {
    const found = new RegExp(`^(?:${value})$`, 's').test(own);
    return op === '=~' ? found : !found;
  } catch {
    return undefined;
  }
}
