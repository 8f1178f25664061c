import { parseList } from '../data/parse.ts';
import { cpuCount, memoryBytes, parseCpu, parseMemory } from '../deploy/quantity.ts';

/** The values that a user gives to choose from. Each parser throws an `Error` that says what is expected. */

const most = 12;

function listFrom(text: string, parse: (item: string) => number): number[] {
  const items = parseList(text);
  if (items.length === 0 || items.length > most) throw new Error(`expected 1 to ${most} values`);
  return items.map(parse);
}

export const parseCpuChoices = (text: string): number[] => listFrom(text, (item) => cpuCount(parseCpu(item)));

export const parseMemoryChoices = (text: string): number[] =>
  listFrom(text, (item) => {
    const mebibytes = memoryBytes(parseMemory(item)) / 2 ** 20;
    if (!Number.isInteger(mebibytes) || mebibytes < 128 || mebibytes > 32_768)
      throw new Error('expected whole MiB from 128Mi to 32Gi');
    return mebibytes;
  });

export const parseNumberChoices =
  (greatest: number) =>
  (text: string): number[] =>
    listFrom(text, (item) => {
      const value = Number(item);
      if (!/^\d+$/.test(item) || value < 1 || value > greatest)
        throw new Error(`expected whole numbers from 1 to ${greatest}`);
      return value;
    });

export const parseDecimal =
  (least: number, greatest: number) =>
  (text: string): number => {
    const value = Number(text.trim());
    if (!/^\d+(\.\d+)?$/.test(text.trim()) || value < least || value > greatest)
      throw new Error(`expected a number from ${least} to ${greatest}`);
    return value;
  };
