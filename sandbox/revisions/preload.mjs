/**
 * Loaded into the process of every revision before its own code. It gives the process two things that a container has:
 *
 * - A port of its own. The process believes that it listens on $PORT, as on Cloud Run. Here the kernel picks a free port
 *   at the moment of listening, and the sandbox is told which. A port picked beforehand could be taken by another
 *   process in between.
 * - An end with its host: if the sandbox is killed, the channel to it closes and the process exits.
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
