import { createHash } from 'node:crypto';
import { isIPv6 } from 'node:net';
import type { Identity } from '../identity.ts';

/** Subjects of tokens are as long as their issuers like, and accounts are kept by the thousand. */
const longestName = 200;

/** A part of an IPv6 address, with the groups that `::` stands for. */
const groups = 8;

/**
 * The account that what a caller asks for goes on: its key's, its token's subject's, or else its address's.
 * @param address as Node gives it.
 */
export function accountOf({ kind, id }: Identity, address: string | undefined): string {
  if (kind === 'anonymous' || id === null) return `address:${networkOf(address ?? 'unknown')}`;
  const name = id.length > longestName ? createHash('sha256').update(id).digest('hex') : id;
  return `${kind}:${name}`;
}

/** An IPv4 address as it is; of IPv6 the first 64 bits, since the others are for each host to choose as often as it likes. */
function networkOf(address: string): string {
  if (!address.includes(':')) return address;
  const mapped = /^::ffff:(\d+(?:\.\d+){3})$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  const [bare = ''] = address.split('%', 1);
  if (!isIPv6(bare)) return address;
  const [head = '', tail = ''] = bare.toLowerCase().split('::', 2);
  const before = head === '' ? [] : head.split(':');
  const after = tail === '' ? [] : tail.split(':');
  const zeros = bare.includes('::') ? Math.max(0, groups - before.length - after.length) : 0;
  const all = [...before, ...Array.from({ length: zeros }, () => '0'), ...after];
  return `${all
    .slice(0, groups / 2)
    .map((group) => group.replace(/^0+(?=.)/, ''))
    .join(':')}::/64`;
}
