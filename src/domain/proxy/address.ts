/** Addresses as numbers, so that NO_PROXY can name networks. Pure text: no name is looked up. */

export interface Address {
  value: bigint;
  /** 32 for IPv4, 128 for IPv6. */
  bits: number;
}

function ipv4Of(text: string): bigint | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text);
  const parts = match?.slice(1).map(Number);
  if (!parts?.every((part) => part <= 255)) return undefined;
  return parts.reduce((sum, part) => sum * 256n + BigInt(part), 0n);
}

function ipv6Of(text: string): bigint | undefined {
  const halves = text.split('::');
  if (halves.length > 2 || !/^[\da-f:.]*$/i.test(text)) return undefined;
  const groupsOf = (half: string): bigint[] | undefined => {
    if (half === '') return [];
    const groups: bigint[] = [];
    for (const group of half.split(':')) {
      const embedded = group.includes('.') ? ipv4Of(group) : undefined;
      if (embedded !== undefined) groups.push(embedded >> 16n, embedded & 0xffffn);
      else if (/^[\da-f]{1,4}$/i.test(group)) groups.push(BigInt(`0x${group}`));
      else return undefined;
    }
    return groups;
  };
  const head = groupsOf(halves[0] ?? '');
  const tail = halves.length === 2 ? groupsOf(halves[1] ?? '') : [];
  if (!head || !tail) return undefined;
  const missing = 8 - head.length - tail.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined;
  const zeros = Array.from({ length: missing }, () => 0n);
  return [...head, ...zeros, ...tail].reduce((sum, group) => (sum << 16n) + group, 0n);
}

/** An IPv4 or IPv6 address, the latter with or without brackets. An IPv4 address inside an IPv6 address is the IPv4 address. */
export function addressOf(text: string): Address | undefined {
  const four = ipv4Of(text);
  if (four !== undefined) return { value: four, bits: 32 };
  const inside = /^\[(.*)\]$/.exec(text)?.[1] ?? text;
  const six = inside.includes(':') ? ipv6Of(inside) : undefined;
  if (six === undefined) return undefined;
  return six >> 32n === 0xffffn ? { value: six & 0xffffffffn, bits: 32 } : { value: six, bits: 128 };
}

/** True if the address is in a network such as `10.0.0.0/8`, or in a range such as `10.0.0.1-10.0.0.9`. */
export function inNetwork(address: Address, network: string): boolean {
  const [first = '', length] = network.split('/');
  if (length !== undefined) {
    const base = addressOf(first);
    if (!base || base.bits !== address.bits || !/^\d{1,3}$/.test(length) || Number(length) > base.bits)
      return false;
    const rest = BigInt(base.bits - Number(length));
    return base.value >> rest === address.value >> rest;
  }
  const [from, to, ...more] = network.split('-').map(addressOf);
  if (!from || !to || more.length > 0 || from.bits !== address.bits || to.bits !== address.bits) return false;
  return from.value <= address.value && address.value <= to.value;
}
