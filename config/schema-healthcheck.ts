import * as E from 'fp-ts/lib/Either.js';
import { type Codec, describeNode, scalar, type TypeOf } from './codec.js';
import { ipAddress } from './codec-address.js';
import { choice } from './codec-choice.js';
import { mapping, optional, required, section, withDefault } from './codec-mapping.js';
import { boolean, integer, oneOf, period, text } from './codec-scalars.js';
import { fileRule, hostRule, pathRule, regexpRule, serverNameRule } from './http-text.js';
import { codesSchema } from './json-schema.js';
import { type CodeRange, parseResponseCodes } from './response-codes.js';
import { isNothing } from './yaml-tree.js';

/** A single code is a number to YAML, so plain numbers are taken as well as text. */
const responseCodes: Codec<readonly CodeRange[]> = scalar('codes', codesSchema, (node) => {
  if (node.kind !== 'scalar' || isNothing(node)) {
    return E.left(`expected status codes like 200 or 200-299,301, found ${describeNode(node)}`);
  }
  return parseResponseCodes(node.text);
});

const port = integer(1, 65535);

const common = {
  interval: withDefault(period, '2s'),
  'fast-interval': optional(period, 'same as interval'),
  'down-interval': optional(period, 'same as interval'),
  timeout: withDefault(period, '1s'),
  rise: withDefault(integer(1, 100), '2'),
  fall: withDefault(integer(1, 100), '3'),
  'probe-ipv4-src': optional(ipAddress, "the kernel's choice"),
  'probe-ipv6-src': optional(ipAddress, "the kernel's choice"),
} as const;

/** Of so many one is made anew; 1 = each. With more, what is wrong with the server's certificate or door is seen too late. */
const every = withDefault(integer(1, 1000), '1');

const tlsParams = {
  'server-name': optional(text(serverNameRule), 'none'),
  'insecure-skip-verify': withDefault(boolean, 'false'),
  'ca-file': optional(text(fileRule, { minLength: 1 }), 'as healthchecker.ca-file'),
  resume: every,
} as const;

const httpParams = mapping({
  path: withDefault(text(pathRule, { pattern: '^/[!-"$-~]*$' }), '/'),
  host: optional(text(hostRule), "the backend's address"),
  method: withDefault(oneOf(['GET', 'HEAD']), 'GET'),
  'response-code': withDefault(responseCodes, '200'),
  'response-regexp': optional(text(regexpRule), 'any body'),
  reuse: every,
  ...tlsParams,
});

const tcpParams = mapping({
  ssl: withDefault(boolean, 'false'),
  handshake: withDefault(oneOf(['half', 'full']), 'half'),
  ...tlsParams,
});

export const healthCheck = choice('type', {
  icmp: mapping({ type: required(oneOf(['icmp'])), ...common }),
  tcp: mapping({
    type: required(oneOf(['tcp'])),
    ...common,
    port: required(port),
    params: section(tcpParams),
  }),
  http: mapping({
    type: required(oneOf(['http'])),
    ...common,
    port: withDefault(port, '80'),
    params: section(httpParams),
  }),
  https: mapping({
    type: required(oneOf(['https'])),
    ...common,
    port: withDefault(port, '443'),
    params: section(httpParams),
  }),
});

export type FileHealthCheck = TypeOf<typeof healthCheck>;
