import {
  checkServerIdentity,
  type DetailedPeerCertificate,
  type PeerCertificate,
  type TLSSocket,
} from 'node:tls';
import type { ProbeFinding } from '../domain/probe-result.js';
import type { Validity } from './sessions.js';
import type { TrustGrounds } from './trust.js';
import { quoted } from './wording.js';

export interface CertificateQuestion {
  readonly secure: TLSSocket;
  /** Its certificate, if that was read already; null = it has to be, which costs as much as a tenth of a handshake. */
  readonly shown: PeerCertificate | null;
  /** Whom the certificate must be for. */
  readonly name: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly grounds: TrustGrounds;
}

/**
 * What is wrong with the server's certificate, for the operator who must replace it; null = nothing. What may as well be
 * wrong with us is a doubt.
 */
export function certificateTrouble({
  secure,
  shown,
  name,
  now,
  grounds,
}: CertificateQuestion): ProbeFinding | null {
  if (secure.authorized) {
    const wrongName = namesTrouble(shown ?? secure.getPeerCertificate(), name);
    return wrongName === null ? null : failure(wrongName);
  }
  const chain = chainOf(secure, shown);
  const [certificate] = chain;
  if (certificate === undefined) return failure('the server has no certificate');
  const error: unknown = secure.authorizationError;
  const code = error instanceof Error ? error.message : String(error ?? '');
  if (code === 'CERT_HAS_EXPIRED') return failure(expired(chain, now));
  if (code === 'CERT_NOT_YET_VALID') {
    const detail = notYetValid(chain, now);
    if (now >= grounds.builtAt) return failure(detail);
    const clocks = `the clock says ${isoTime(now)}, and this program was built at ${isoTime(grounds.builtAt)}`;
    return { verdict: 'doubt', code: 'CLOCK', detail: `${detail}, discarded: ${clocks}` };
  }
  const authority = authorityTrouble(code, chain);
  if (authority !== null && grounds.trouble === null) return failure(authority);
  const wrongName = namesTrouble(certificate, name);
  if (wrongName !== null) return failure(wrongName);
  if (authority !== null) {
    return { verdict: 'doubt', code: 'TRUST', detail: `${authority}, discarded: ${grounds.trouble}` };
  }
  return failure(`certificate is not accepted: ${code}`);
}

/** How long all certificates are valid that the server has shown. `shown`: as CertificateQuestion. */
export function validityOf(secure: TLSSocket, shown: PeerCertificate | null): Validity {
  const chain = chainOf(secure, shown);
  return {
    from: Math.max(...chain.map(({ valid_from }) => Date.parse(valid_from))),
    until: Math.min(...chain.map(({ valid_to }) => Date.parse(valid_to))),
  };
}

function failure(detail: string): ProbeFinding {
  return { verdict: 'fail', code: 'L6RSP', detail };
}

/** No chain that is sound is longer. */
const LONGEST_CHAIN = 20;

/** The server's certificate, that of who has signed it, and so on, as far as they are known. */
function chainOf(secure: TLSSocket, shown: PeerCertificate | null): DetailedPeerCertificate[] {
  const chain: DetailedPeerCertificate[] = [];
  let next: DetailedPeerCertificate | undefined =
    shown !== null && isDetailed(shown) ? shown : secure.getPeerCertificate(true);
  // Without a certificate it is an empty object; one that has signed itself is its own issuer.
  while (next?.raw !== undefined && !chain.includes(next) && chain.length < LONGEST_CHAIN) {
    chain.push(next);
    next = next.issuerCertificate;
  }
  return chain;
}

/** Does it know who has signed it? */
function isDetailed(certificate: PeerCertificate): certificate is DetailedPeerCertificate {
  return 'issuerCertificate' in certificate;
}

const unknownAuthority = [
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
];

function authorityTrouble(code: string, chain: readonly PeerCertificate[]): string | null {
  if (code === 'DEPTH_ZERO_SELF_SIGNED_CERT') return 'certificate is signed by itself';
  const authority = nameOf(chain.at(-1)?.issuer);
  // One of that name is trusted: an authority got a new key, and only one side knows.
  if (code === 'CERT_SIGNATURE_FAILURE')
    return `certificate is not signed by the ${authority} that is trusted`;
  if (!unknownAuthority.includes(code)) return null;
  return `certificate is signed by an authority that is not trusted: ${authority}`;
}

function namesTrouble(certificate: PeerCertificate, name: string): string | null {
  if (checkServerIdentity(name, certificate) === undefined) return null;
  return `certificate is for ${namesOf(certificate)}, not for ${name}`;
}

/** OpenSSL says it of any certificate of the chain: which one is found out here. */
function expired(chain: readonly PeerCertificate[], now: number): string {
  const bad = chain.findIndex(({ valid_to }) => Date.parse(valid_to) < now);
  const certificate = chain[bad];
  if (certificate === undefined) return 'a certificate of the chain behind the server has expired';
  return `${called(bad, certificate)} expired ${age(now - Date.parse(certificate.valid_to))} ago`;
}

function notYetValid(chain: readonly PeerCertificate[], now: number): string {
  const bad = chain.findIndex(({ valid_from }) => Date.parse(valid_from) > now);
  const certificate = chain[bad];
  if (certificate === undefined) return 'a certificate of the chain behind the server is not valid yet';
  return `${called(bad, certificate)} is not valid before ${certificate.valid_from}`;
}

function called(depth: number, { subject }: PeerCertificate): string {
  return depth === 0 ? 'certificate' : `the certificate of ${nameOf(subject)}, an authority of the chain,`;
}

function nameOf(who: PeerCertificate['subject'] | undefined): string {
  const name = [who?.CN ?? who?.O ?? who?.OU ?? ''].flat().join(', ');
  return name === '' ? 'one without a name' : quoted(name, 60);
}

function isoTime(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 19)}Z`;
}

function age(milliseconds: number): string {
  const units = [
    ['day', 86_400_000],
    ['hour', 3_600_000],
    ['minute', 60_000],
    ['second', 1000],
  ] as const;
  const [unit, length] = units.find(([, length]) => milliseconds >= length) ?? units[3];
  const count = Math.floor(milliseconds / length);
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}

function namesOf({ subjectaltname, subject }: PeerCertificate): string {
  const names = (subjectaltname ?? [subject?.CN ?? ''].flat().join(', ')).replace(/(DNS|IP Address):/g, '');
  return names === '' ? 'no name' : quoted(names, 100);
}
