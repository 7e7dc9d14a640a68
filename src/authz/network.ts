// Internet addresses and networks in CIDR form (RFC 4291, RFC 4632), each read to a text: its family, and the bits that it fixes. An IPv6 address
// that maps an IPv4 one is that IPv4 address.

/** Such as `4:00001010` for 10.0.0.0/8. An address is a network of its own. */
export type Network = string;

const WIDTH = { 4: 32, 6: 128 } as const;
/** Of the network that maps IPv4, ::ffff:0:0/96. */
const MAPPED = `6:${"0".repeat(80)}${"1".repeat(16)}`;

/** @returns whether one of some networks holds another: both begin with the same bits. The two families never hold each other. */
export function holdingOne(networks: readonly Network[]): (other: Network) => boolean {
  const all = new Set(networks);
  const lengths = [...new Set(networks.map(({ length }) => length))];
  return (other) => lengths.some((length) => length <= other.length && all.has(other.slice(0, length)));
}

/** @returns undefined for what is no address and no network. */
export function networkOf(text: string): Network | undefined {
  const [, address = "", length] = /^([\da-f.:]+)(?:\/(0|[1-9]\d{0,2}))?$/i.exec(text) ?? [];
  const family = address.includes(":") ? 6 : 4;
  const groups = family === 6 ? sixOf(address) : fourOf(address);
  const bits = length === undefined ? WIDTH[family] : Number(length);
  if (groups === undefined || bits > WIDTH[family]) return undefined;
  const width = WIDTH[family] / groups.length;
  const binary = groups.map((group) => group.toString(2).padStart(width, "0")).join("");
  const network = `${family}:${binary.slice(0, bits)}`;
  return network.startsWith(MAPPED) ? `4:${network.slice(MAPPED.length)}` : network;
}

/** Four groups of 8 bits. */
function fourOf(text: string): number[] | undefined {
  const octets = text.split(".");
  const isAddress = octets.length === 4 && octets.every((octet) => /^(?:0|[1-9]\d{0,2})$/.test(octet) && Number(octet) <= 255);
  return isAddress ? octets.map(Number) : undefined;
}

/** Eight groups of 16 bits; one `::` stands for as many zeros as are missing; the last two may be written as an IPv4 address. */
function sixOf(text: string): number[] | undefined {
  const [head = "", tail, ...more] = text.split("::");
  if (more.length > 0) return undefined;
  const left = groupsOf(head, tail === undefined);
  const right = tail === undefined ? [] : groupsOf(tail, true);
  if (left === undefined || right === undefined) return undefined;
  const missing = 8 - left.length - right.length;
  if (tail === undefined ? missing !== 0 : missing < 1) return undefined;
  return [...left, ...Array<number>(missing).fill(0), ...right];
}

function groupsOf(text: string, isLast: boolean): number[] | undefined {
  if (text === "") return [];
  const groups: number[] = [];
  const parts = text.split(":");
  for (const [at, part] of parts.entries()) {
    if (part.includes(".") && isLast && at === parts.length - 1) {
      const [a, b, c, d] = fourOf(part) ?? [];
      if (a === undefined || b === undefined || c === undefined || d === undefined) return undefined;
      groups.push(a * 256 + b, c * 256 + d);
    } else if (/^[\da-f]{1,4}$/i.test(part)) groups.push(Number.parseInt(part, 16));
    else return undefined;
  }
  return groups;
}
