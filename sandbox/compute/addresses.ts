import { BlockList, isIP } from 'node:net';

/** Is an address in a range, such as `203.0.113.0/24`, one address, or `*` for all? */
export function inRange(address: string, range: string): boolean {
  if (range === '*') return true;
  const [network = '', bits] = range.split('/');
  const family = isIP(network);
  const own = address.replace(/^::ffff:/, '');
  if (family === 0 || isIP(own) !== family) return false;
  const list = new BlockList();
  const type = family === 6 ? 'ipv6' : 'ipv4';
  list.addSubnet(network, bits === undefined ? (family === 6 ? 128 : 32) : Number(bits), type);
  return list.check(own, type);
}
