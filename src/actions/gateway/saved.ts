import { objectOf } from '../../domain/data/json.ts';
import type { RecordedGateway } from '../../domain/traffic/record.ts';
import type { Context } from '../../runner/context.ts';
import { savedJson } from '../../runner/saved.ts';

/** Names of what the main step leaves for the post step: the move before it is made, and that it was brought to an end. */
const [move, over] = ['gateway_move', 'gateway_over'];

export const saveMove = (context: Context, value: RecordedGateway): void =>
  context.saveState(move, JSON.stringify(value));
export const saveOver = (context: Context): void => context.saveState(over, 'true');

/** The move that the main step began and did not bring to an end. */
export function readOpenMove(context: Context): RecordedGateway | undefined {
  if (context.state(over) === 'true') return undefined;
  const { name, from, to } = objectOf(savedJson(context, move));
  return typeof name === 'string' && typeof from === 'string' && typeof to === 'string'
    ? { name, from, to }
    : undefined;
}
