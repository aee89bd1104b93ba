import * as E from 'fp-ts/lib/Either.js';
import { type IpAddress, parseIp, parsePrefix } from '../domain/ip.js';
import { quote } from '../domain/text.js';
import { type Codec, describeNode, scalar } from './codec.js';
import { addressSchema } from './json-schema.js';
import { isNothing } from './yaml-tree.js';

/** An IPv4 or IPv6 address, in its canonical form. Which addresses fit where is checked later. */
export const ipAddress: Codec<IpAddress> = scalar('IP', addressSchema, (node) => {
  if (node.kind !== 'scalar' || isNothing(node)) {
    return E.left(`expected an IP address, found ${describeNode(node)}`);
  }
  const ip = parseIp(node.text);
  return ip === null ? E.left(`${quote(node.text)} ${whyNot(node.text)}`) : E.right(ip);
});

function whyNot(text: string): string {
  const slash = text.indexOf('/');
  if (parsePrefix(text) !== null || (slash > 0 && parseIp(text.slice(0, slash)) !== null)) {
    return 'is a prefix: write a single address, without the length';
  }
  if (text.includes('%')) return 'has a zone: zones mean nothing to VPP';
  const withPort = /^\[(.*)\]:\d+$|^([\d.]+):\d+$/.exec(text);
  if (withPort !== null && parseIp(withPort[1] ?? withPort[2] ?? '') !== null) {
    return 'has a port: write the address alone';
  }
  if (/^\d+(\.\d+){3}$/.test(text))
    return 'is not an IPv4 address: four numbers from 0 to 255, without leading zeros';
  if (/^[A-Za-z][A-Za-z0-9-]*(\.[A-Za-z0-9-]+)+\.?$/.test(text)) {
    return 'is a host name: names are not resolved, write the IP address';
  }
  return 'is not an IP address';
}
