// Loaded with --import. This process can reach nothing but the address in PROXY_ONLY (host:port): every other connection fails
// and is written to the file in PROXY_ONLY_BREACHES, one line each. Names are not looked up.
import { appendFileSync } from 'node:fs';
import net from 'node:net';

const allowed = process.env.PROXY_ONLY;
const connect = net.Socket.prototype.connect;
net.Socket.prototype.connect = function (...args) {
  const given = Array.isArray(args[0]) ? args[0][0] : args[0];
  const options = typeof given === 'object' && given !== null ? given : { port: given, host: args[1] };
  const target = options.path ?? `${options.host ?? 'localhost'}:${options.port}`;
  if (target === allowed) return connect.apply(this, args);
  appendFileSync(process.env.PROXY_ONLY_BREACHES, `${target}\n`);
  process.nextTick(() => this.destroy(new Error(`proxy-only: a connection to ${target}`)));
  return this;
};
