/**
 * Node loads this into the process of every revision before the function's code. It provides two things that a container has:
 *
 * - Its own port. The function listens on $PORT as it would on Cloud Run. In fact, the kernel picks a free port at
 *   that moment, and a message tells the sandbox which. If the sandbox picked the port beforehand, another process could
 *   take it first.
 * - An end together with its host. If the sandbox is killed, the channel to it closes and the process exits.
 */
import { Server } from 'node:net';

process.on('disconnect', () => process.exit(0));
process.channel?.unref();

const { listen } = Server.prototype;
const isWanted = (port) => port !== undefined && String(port) === process.env.PORT;

Server.prototype.listen = function (...args) {
  const [first] = args;
  const options = typeof first === 'object' && first !== null ? first : undefined;
  if (!isWanted(options ? options.port : first)) return listen.apply(this, args);
  this.once('listening', () => process.send?.({ port: this.address().port }));
  const local = { port: 0, host: '127.0.0.1' };
  return listen.apply(this, [
    options ? { ...options, ...local } : local,
    ...args.filter((arg) => typeof arg === 'function'),
  ]);
};
