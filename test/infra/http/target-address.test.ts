import { isIP } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createTargetPolicy } from '../../../infra/http/target-address.ts';

const permitsPublic = createTargetPolicy([]);

const REFUSED: readonly [why: string, address: string][] = [
  ['this host', '0.0.0.0'],
  ['this host', '0.255.255.255'],
  ['private', '10.0.0.0'],
  ['private', '10.255.255.255'],
  ['carrier-grade NAT', '100.64.0.0'],
  ['carrier-grade NAT', '100.127.255.255'],
  ['Alibaba metadata', '100.100.100.200'],
  ['loopback', '127.0.0.1'],
  ['loopback', '127.255.255.255'],
  ['Azure host agent', '168.63.129.16'],
  ['link-local', '169.254.0.0'],
  ['metadata', '169.254.169.254'],
  ['ECS task metadata', '169.254.170.2'],
  ['private', '172.16.0.0'],
  ['private', '172.31.255.255'],
  ['protocol assignments', '192.0.0.0'],
  ['Oracle metadata', '192.0.0.192'],
  ['documentation', '192.0.2.255'],
  ['6to4 relay', '192.88.99.1'],
  ['private', '192.168.0.0'],
  ['private', '192.168.255.255'],
  ['benchmarks', '198.18.0.0'],
  ['benchmarks', '198.19.255.255'],
  ['documentation', '198.51.100.1'],
  ['documentation', '203.0.113.1'],
  ['multicast', '224.0.0.1'],
  ['multicast', '239.255.255.255'],
  ['reserved', '240.0.0.0'],
  ['broadcast', '255.255.255.255'],
  ['unspecified', '::'],
  ['loopback', '::1'],
  ['IPv4-compatible loopback', '::127.0.0.1'],
  ['IPv4-compatible loopback', '::7f00:1'],
  ['IPv4-mapped loopback', '::ffff:127.0.0.1'],
  ['IPv4-mapped loopback', '::ffff:7f00:1'],
  ['IPv4-mapped private, spelt out', '0:0:0:0:0:FFFF:0A00:0001'],
  ['IPv4-mapped metadata', '::ffff:a9fe:a9fe'],
  ['IPv4-translated loopback', '::ffff:0:127.0.0.1'],
  ['NAT64 to loopback', '64:ff9b::127.0.0.1'],
  ['NAT64 to metadata', '64:ff9b::a9fe:a9fe'],
  ['local NAT64', '64:ff9b:1::8.8.8.8'],
  ['6to4 of loopback', '2002:7f00:1::'],
  ['6to4 of private', '2002:a00:1::1'],
  ['6to4 of metadata', '2002:a9fe:a9fe::'],
  ['Teredo with a private server', '2001:0:a00:1::f7f7:f7f7'],
  ['Teredo with a loopback client', '2001:0:808:808::80ff:fffe'],
  ['protocol assignments', '2001:2::1'],
  ['ORCHID', '2001:20::1'],
  ['documentation', '2001:db8::1'],
  ['documentation', '3fff::1'],
  ['segment routing', '5f00::1'],
  ['discard only', '100::1'],
  ['unique local', 'fc00::1'],
  ['AWS metadata', 'fd00:ec2::254'],
  ['Google metadata', 'fd20:ce::254'],
  ['link-local', 'fe80::1'],
  ['link-local with a zone', 'fe80::1%eth0'],
  ['public with a zone', '2606:4700::1111%1'],
  ['site-local', 'fec0::1'],
  ['multicast', 'ff02::1'],
  ['never handed out', '4000::1'],
  ['no address: octal', '0177.0.0.1'],
  ['no address: leading zeros', '008.008.008.008'],
  ['no address: hexadecimal', '0x8.8.8.8'],
  ['no address: one number', '134744072'],
  ['no address: three parts', '8.8.8'],
  ['no address: with a port', '8.8.8.8:80'],
  ['no address: in brackets', '[2606:4700::1111]'],
  ['no address: a name', 'example.com'],
  ['no address: nothing', ''],
];

it.each(REFUSED)('refuses %s: %s', (_, address) => {
  expect(permitsPublic(address)).toBe(false);
});

it.each([
  ['1.1.1.1'],
  ['8.8.8.8'],
  ['9.255.255.255'],
  ['11.0.0.0'],
  ['100.63.255.255'],
  ['100.128.0.0'],
  ['126.255.255.255'],
  ['128.0.0.0'],
  ['168.63.129.15'],
  ['169.253.255.255'],
  ['169.255.0.0'],
  ['172.15.255.255'],
  ['172.32.0.0'],
  ['192.0.1.0'],
  ['192.169.0.0'],
  ['198.17.255.255'],
  ['198.20.0.0'],
  ['223.255.255.255'],
  ['2606:4700:4700::1111'],
  ['2a00:1450:4001:81b::200e'],
  ['::ffff:8.8.8.8'],
  ['64:ff9b::808:808'],
  ['2002:808:808::1'],
])('permits the public %s', (address) => {
  expect(permitsPublic(address)).toBe(true);
});

describe('allowed networks', () => {
  it.each([
    [['127.0.0.0/8'], '127.0.0.1', true],
    [['127.0.0.0/8'], '::ffff:127.0.0.1', true],
    [['127.0.0.0/8'], '::1', false],
    [['127.0.0.0/8'], '10.0.0.1', false],
    [['127.0.0.1'], '127.0.0.1', true],
    [['127.0.0.1'], '127.0.0.2', false],
    [['127.0.0.1/32'], '127.0.0.2', false],
    [['10.1.2.3/8'], '10.200.0.1', true],
    [['::1'], '::1', true],
    [['::1'], '127.0.0.1', false],
    [['::1'], '::2', false],
    [['fd00::/8'], 'fd12::1', true],
    [['fd00::/8'], 'fe80::1', false],
    [['10.0.0.0/8'], '64:ff9b::a00:1', true],
    [['64:ff9b::/96'], '64:ff9b::a00:1', true],
    [['::/0'], '10.0.0.1', false],
    [['0.0.0.0/0'], 'fd00::1', false],
    [['127.0.0.0/8', '::1'], '::1', true],
  ])('%j and %s: %s', (networks, address, permitted) => {
    expect(createTargetPolicy(networks)(address)).toBe(permitted);
  });

  it.each([
    [''],
    ['localhost'],
    ['10.0.0.0/33'],
    ['10.0.0.0/'],
    ['10.0.0.0/-1'],
    ['10.0.0.0/8/8'],
    ['10.0.0/8'],
    ['0x7f.0.0.1'],
    ['::1/129'],
    ['fe80::%eth0/10'],
  ])('says which entry is no network: %j', (entry) => {
    expect(() => createTargetPolicy(['10.0.0.0/8', entry])).toThrow(`"${entry}" is no network`);
  });
});

const dotted = fc.ipV4();
const inHex = (address: string): string => {
  const [a, b, c, d] = address.split('.').map((part) => Number(part).toString(16).padStart(2, '0'));
  return `${a}${b}:${c}${d}`;
};

it('judges an IPv4 address the same in every IPv6 address that carries it', () => {
  fc.assert(
    fc.property(dotted, (address) => {
      const verdict = permitsPublic(address);
      expect(permitsPublic(`::ffff:${address}`)).toBe(verdict);
      expect(permitsPublic(`::ffff:${inHex(address)}`)).toBe(verdict);
      expect(permitsPublic(`64:ff9b::${inHex(address)}`)).toBe(verdict);
      expect(permitsPublic(`2002:${inHex(address)}::1`)).toBe(verdict);
      expect(permitsPublic(`::${inHex(address)}`)).toBe(verdict);
    }),
  );
});

it('permits every address that is itself allowed', () => {
  fc.assert(
    fc.property(fc.oneof(dotted, fc.ipV6()), (address) => {
      expect(createTargetPolicy([address])(address)).toBe(true);
    }),
  );
});

it('refuses every IPv6 address outside 2000::/3 that carries no IPv4 address', () => {
  const group = fc.integer({ min: 0x4000, max: 0xffff }).map((value) => value.toString(16));
  fc.assert(
    fc.property(fc.array(group, { minLength: 8, maxLength: 8 }), (groups) => {
      expect(permitsPublic(groups.join(':'))).toBe(false);
    }),
  );
});

it('never throws, and permits no text that is no address', () => {
  fc.assert(
    fc.property(
      fc.string().filter((text) => isIP(text) === 0),
      (text) => {
        expect(permitsPublic(text)).toBe(false);
      },
    ),
  );
});
