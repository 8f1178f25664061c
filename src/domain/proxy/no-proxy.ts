import { addressOf, inNetwork } from './address.ts';

/** Hosts of this machine. They are never reached through a proxy, because there they are another machine. */
export function isLoopback(host: string): boolean {
  if (/^(.*\.)?localhost\.?$/i.test(host)) return true;
  const address = addressOf(host);
  if (!address) return false;
  return address.bits === 32 ? address.value >> 24n === 127n : address.value === 1n;
}

/**
 * True if NO_PROXY names the host. Entries are separated by commas or white space. `*` names every host; `example.com`,
 * `.example.com` and `*.example.com` name the host and those below it; `host:8443` names one port; addresses may be networks
 * (`10.0.0.0/8`) or ranges.
 * @param host as in a URL, so an IPv6 address has brackets
 */
export function isExcluded(noProxy: string, host: string, port: number): boolean {
  const name = host.toLowerCase().replace(/\.$/, '');
  const address = addressOf(name);
  return noProxy
    .toLowerCase()
    .split(/[\s,]+/)
    .filter(Boolean)
    .some((entry) => {
      if (entry === '*') return true;
      const { host: wanted, port: only } = splitPort(entry);
      if (only !== undefined && only !== port) return false;
      if (address) {
        const other = addressOf(wanted);
        if (other) return other.bits === address.bits && other.value === address.value;
        return inNetwork(address, wanted);
      }
      const suffix = wanted.replace(/^\*?\./, '').replace(/\.$/, '');
      return suffix !== '' && (name === suffix || name.endsWith(`.${suffix}`));
    });
}

/** `host:443`, `[::1]:443`; a bare IPv6 address has colons but no port. */
function splitPort(entry: string): { host: string; port?: number } {
  const match = /^(\[[^\]]*\]|[^:]*):(\d{1,5})$/.exec(entry);
  return match?.[1] ? { host: match[1], port: Number(match[2]) } : { host: entry };
}
