import { describe, expect, jest, test } from '@jest/globals';
import { createCommands } from '../../src/runner/commands.ts';
import { createLog } from '../../src/runner/log.ts';
import { createSecrets } from '../../src/runner/secrets.ts';

const secret = 'a_token::with##[parts]*and|marks';

function logged(text: string, write: (log: ReturnType<typeof createLog>) => void): string {
  const secrets = createSecrets(() => {});
  secrets.add(text);
  let printed = '';
  const spy = jest.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
    printed += String(chunk);
    return true;
  });
  const commands = createCommands({}, (line) => void process.stdout.write(line));
  write(createLog(secrets, commands));
  spy.mockRestore();
  return printed;
}

describe('the gate that every text passes', () => {
  test('a secret that neutralising would change is redacted before', () => {
    const printed = logged(secret, (log) => {
      log.line(`one ${secret} two`);
      log.warning(secret);
      log.debug(secret);
      log.detail(secret, [secret]);
    });
    expect(printed.match(/\*\*\*/g)).toHaveLength(5);
    expect(printed).not.toMatch(/token|with|parts|marks/);
  });

  test('a secret that is only whole after neutralising is redacted after', () => {
    const hidden = [...'0123456789abcdef'].join('\u200b');
    expect(logged('0123456789abcdef', (log) => log.line(hidden))).toBe('***\n');
  });

  test('structures are redacted text by text, keys included, and keep their shape', () => {
    const masked: string[] = [];
    const secrets = createSecrets((value) => masked.push(value));
    secrets.add(secret);
    secrets.hide('value-of-a-variable-1');
    const clean = secrets.redactAll({
      [secret]: 1,
      list: [secret, 2, null, true, { deep: `x ${secret.slice(3, 20)}` }],
      gone: undefined,
      variable: 'value-of-a-variable-1',
    });
    expect(clean).toEqual({
      '***': 1,
      list: ['***', 2, null, true, { deep: 'x ***' }],
      gone: undefined,
      variable: '***',
    });
    // Only secrets are masked in the log of the whole job; the value of a variable may be an ordinary word of another step.
    expect(masked).toEqual([secret]);
  });
});
