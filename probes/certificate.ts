import { checkServerIdentity, type PeerCertificate, type TLSSocket } from 'node:tls';
import { quoted } from './wording.js';

/** What is wrong with the server's certificate, for the operator who must replace it; null = nothing. */
export function certificateTrouble(secure: TLSSocket, name: string, now: number): string | null {
  const certificate = secure.getPeerCertificate();
  const error: unknown = secure.authorizationError;
  const code = error instanceof Error ? error.message : String(error ?? '');
  if (code === 'CERT_HAS_EXPIRED') return expired(certificate, now);
  if (code === 'CERT_NOT_YET_VALID') return `certificate is not valid before ${certificate.valid_from}`;
  if (code === 'DEPTH_ZERO_SELF_SIGNED_CERT') return 'certificate is signed by itself';
  if (unknownAuthority.includes(code)) return 'certificate is signed by an authority that is not trusted';
  const wrongName = checkServerIdentity(name, certificate);
  if (wrongName !== undefined) return `certificate is for ${namesOf(certificate)}, not for ${name}`;
  return secure.authorized ? null : `certificate is not accepted: ${code}`;
}

const unknownAuthority = [
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
];

function expired({ valid_to }: PeerCertificate, now: number): string {
  const since = now - Date.parse(valid_to);
  // OpenSSL says it of any certificate of the chain; this one may still be valid.
  if (!(since > 0)) return 'a certificate of the chain behind the server has expired';
  return `certificate expired ${age(since)} ago`;
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
