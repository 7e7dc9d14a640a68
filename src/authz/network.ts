// Internet addresses and networks in CIDR form (RFC 4291, RFC 4632): read to a number, compared by their first bits. An IPv6 address that maps
// an IPv4 one is that IPv4 address; the two families never hold each other.

export interface Network {
  /** Whether another network, such as a single address, lies within this one. */
  holds(other: Network): boolean;
  readonly family: 4 | 6;
  readonly first: bigint;
  readonly bits: number;
}

const WIDTH = { 4: 32, 6: 128 } as const;
const MAPPED = 0xffffn << 32n;
const MAPPED_BITS = 96;

/** @returns undefined for what is no address and no network. */
export function networkOf(text: string): Network | undefined {
  const [, address = "", length] = /^([\da-f.:]+)(?:\/(0|[1-9]\d{0,2}))?$/i.exec(text) ?? [];
  const read = address.includes(":") ? sixOf(address) : fourOf(address);
  if (read === undefined) return undefined;
  const width = address.includes(":") ? WIDTH[6] : WIDTH[4];
  const bits = length === undefined ? width : Number(length);
  if (bits > width) return undefined;
  if (width === WIDTH[6] && read >> 32n === MAPPED >> 32n && bits >= MAPPED_BITS)
    return networkFrom(4, read & 0xffffffffn, bits - MAPPED_BITS);
  return networkFrom(width === WIDTH[6] ? 6 : 4, read, bits);
}

function networkFrom(family: 4 | 6, address: bigint, bits: number): Network {
  const shift = BigInt(WIDTH[family] - bits);
  const first = (address >> shift) << shift;
  return {
    family,
    first,
    bits,
    holds: (other) => other.family === family && other.bits >= bits && (other.first >> shift) << shift === first,
  };
}

function fourOf(text: string): bigint | undefined {
  const octets = text.split(".");
  if (octets.length !== 4 || !octets.every((octet) => /^(?:0|[1-9]\d{0,2})$/.test(octet) && Number(octet) <= 255))
    return undefined;
  return octets.reduce((sum, octet) => (sum << 8n) + BigInt(octet), 0n);
}

/** Eight groups of 16 bits; one `::` stands for as many zeros as are missing; the last two may be written as an IPv4 address. */
function sixOf(text: string): bigint | undefined {
  const [head = "", tail, ...more] = text.split("::");
  if (more.length > 0) return undefined;
  const left = groupsOf(head, tail === undefined);
  const right = tail === undefined ? [] : groupsOf(tail, true);
  if (left === undefined || right === undefined) return undefined;
  const missing = 8 - left.length - right.length;
  if (tail === undefined ? missing !== 0 : missing < 1) return undefined;
  const groups = [...left, ...Array<bigint>(missing).fill(0n), ...right];
  return groups.reduce((sum, group) => (sum << 16n) + group, 0n);
}

function groupsOf(text: string, isLast: boolean): bigint[] | undefined {
  if (text === "") return [];
  const groups: bigint[] = [];
  const parts = text.split(":");
  for (const [at, part] of parts.entries()) {
    if (part.includes(".") && isLast && at === parts.length - 1) {
      const four = fourOf(part);
      if (four === undefined) return undefined;
      groups.push(four >> 16n, four & 0xffffn);
    } else if (/^[\da-f]{1,4}$/i.test(part)) groups.push(BigInt(`0x${part}`));
    else return undefined;
  }
  return groups;
}
