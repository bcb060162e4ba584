/**
 * Judges an IP address as the target of a request: public, allowed by the operator, or refused.
 * Pure. What it cannot read it refuses.
 */
import { isIP, isIPv6 } from 'node:net';
import ipaddr from 'ipaddr.js';

type Address = ipaddr.IPv4 | ipaddr.IPv6;
type Network = readonly [Address, prefixBits: number];

/**
 * IPv4 networks that are no place for a request of ours: the IANA special-purpose registry
 * (RFC 6890 and its updates), multicast, and the one metadata service that sits on a public address.
 */
const NON_PUBLIC_IPV4 = [
  '0.0.0.0/8', // this host
  '10.0.0.0/8', // private
  '100.64.0.0/10', // carrier-grade NAT; Alibaba's metadata service
  '127.0.0.0/8', // loopback
  '168.63.129.16/32', // Azure's host agent
  '169.254.0.0/16', // link-local; metadata services
  '172.16.0.0/12', // private
  '192.0.0.0/24', // protocol assignments; Oracle's metadata service
  '192.0.2.0/24', // documentation
  '192.88.99.0/24', // 6to4 relays, deprecated
  '192.168.0.0/16', // private
  '198.18.0.0/15', // benchmarks between networks
  '198.51.100.0/24', // documentation
  '203.0.113.0/24', // documentation
  '224.0.0.0/4', // multicast
  '240.0.0.0/4', // reserved; broadcast
].map(readNetwork);

/** The only part of IPv6 that is handed out as global unicast (RFC 4291, IANA). */
const GLOBAL_UNICAST_IPV6 = readNetwork('2000::/3');

/** Holes in it: what no network on the internet answers for. */
const NON_PUBLIC_IPV6 = [
  '2001::/23', // protocol assignments: benchmarks, ORCHID
  '2001:db8::/32', // documentation
  '3fff::/20', // documentation
].map(readNetwork);

/**
 * IPv6 networks whose packets end at an IPv4 address that is written inside the address,
 * with the places of those four bytes.
 */
const IPV4_EMBEDDINGS: readonly { network: Network; places: readonly { offset: number; mask: number }[] }[] =
  [
    { network: readNetwork('::ffff:0:0/96'), places: [{ offset: 12, mask: 0 }] }, // IPv4-mapped
    { network: readNetwork('::/96'), places: [{ offset: 12, mask: 0 }] }, // IPv4-compatible
    { network: readNetwork('64:ff9b::/96'), places: [{ offset: 12, mask: 0 }] }, // NAT64, RFC 6052
    { network: readNetwork('2002::/16'), places: [{ offset: 2, mask: 0 }] }, // 6to4, RFC 3056
    {
      network: readNetwork('2001::/32'), // Teredo, RFC 4380: the server, and the client with every bit flipped
      places: [
        { offset: 4, mask: 0 },
        { offset: 12, mask: 0xff },
      ],
    },
  ];

/** Whether a request may go to an address, given as text. */
export type TargetPolicy = (address: string) => boolean;

/**
 * The policy that permits public addresses, and those in `allowedNetworks`.
 *
 * An IPv6 address that carries an IPv4 address (mapped, compatible, NAT64, 6to4, Teredo) is judged by
 * the address that it carries. Text that is no address, and an address with a zone, are refused.
 *
 * @param allowedNetworks CIDRs, or single addresses, that are permitted although they are not public
 * @throws RangeError naming the entry that is neither
 */
export function createTargetPolicy(allowedNetworks: readonly string[]): TargetPolicy {
  const allowed = allowedNetworks.map(readAllowedNetwork);
  const isPermitted = (address: Address): boolean => {
    if (isIn(address, allowed)) return true;
    const carried = carriedIpv4(address);
    return carried.length > 0 ? carried.every(isPermitted) : isPublic(address);
  };
  return (text) => {
    const address = readAddress(text);
    return address !== null && isPermitted(address);
  };
}

function isPublic(address: Address): boolean {
  if (address.kind() === 'ipv4') return !isIn(address, NON_PUBLIC_IPV4);
  return isIn(address, [GLOBAL_UNICAST_IPV6]) && !isIn(address, NON_PUBLIC_IPV6);
}

function isIn(address: Address, networks: readonly Network[]): boolean {
  return networks.some(
    ([base, prefixBits]) => base.kind() === address.kind() && address.match(base, prefixBits),
  );
}

function carriedIpv4(address: Address): Address[] {
  if (address.kind() === 'ipv4') return [];
  const embedding = IPV4_EMBEDDINGS.find(({ network }) => isIn(address, [network]));
  const bytes = address.toByteArray();
  return (embedding?.places ?? []).map(
    ({ offset, mask }) => new ipaddr.IPv4(bytes.slice(offset, offset + 4).map((byte) => byte ^ mask)),
  );
}

/** Reads strictly: ipaddr.js alone would take octal, hexadecimal and shortened IPv4 too. */
function readAddress(text: string): Address | null {
  return isIP(text) === 0 || text.includes('%') ? null : ipaddr.parse(text);
}

function readAllowedNetwork(text: string): Network {
  const [base = '', prefix, ...rest] = text.split('/');
  const address = readAddress(base);
  const widest = isIPv6(base) ? 128 : 32;
  const prefixBits = prefix === undefined ? widest : /^\d{1,3}$/.test(prefix) ? Number(prefix) : Infinity;
  if (address === null || prefixBits > widest || rest.length > 0)
    throw new RangeError(
      `allowedNetworks: "${text}" is no network; expected an address or a CIDR such as 10.0.0.0/8 or ::1`,
    );
  return [address, prefixBits];
}

function readNetwork(cidr: string): Network {
  return ipaddr.parseCIDR(cidr);
}
