/** What a caller may do; each may do what those before it may. */
export const roles = ['viewer', 'operator', 'admin'] as const;

export type Role = (typeof roles)[number];

/** Who may do what: `maglev.access` of the config file. */
export interface Access {
  /** null: whoever is not known may do nothing. */
  readonly anonymous: 'viewer' | null;
  /** Where the tokens were read from, as the config names it; null: it names none. */
  readonly tokensFile: string | null;
  /** By the SHA-256 of the token, in hex. */
  readonly tokens: ReadonlyMap<string, TokenOwner>;
  /** By the subject of a certificate, as subjectKey writes it. */
  readonly certificates: ReadonlyMap<string, Role>;
  /** By the user id of the process at the other end of a unix socket. */
  readonly uids: ReadonlyMap<number, Role>;
}

export interface TokenOwner {
  readonly name: string;
  readonly role: Role;
}

/** How a connection came in. */
export type Door = 'unix' | 'loopback' | 'network' | 'tls';

/** What is known of the client of a connection. */
export interface Peer {
  readonly door: Door;
  /** Address and port, or `unix`. */
  readonly address: string;
  /** null: not known, as on every door but a unix socket. */
  readonly uid: number | null;
  /** Subject of the certificate that it showed, if --tls-client-ca vouches for it; as subjectKey writes it. */
  readonly certificate: string | null;
  /** Why the certificate that it showed does not count; null: it showed none, or it counts. */
  readonly certificateFault: string | null;
}

export interface Rules {
  /** null: the config has no `maglev.access`. */
  readonly access: Access | null;
  /** User id of maglevd itself; null: not known. */
  readonly ownUid: number | null;
}

/** A call, as far as it matters who makes it. */
export interface CallFacts {
  readonly peer: Peer;
  /** SHA-256 of the bearer token that came with the call, in hex; null: none came. */
  readonly tokenHash: string | null;
  readonly needs: Role;
}

/** Somebody, for the log: `uid:1000`, `token:ci`, `cert:CN=ci`, or the address of who is not known. */
export interface Identity {
  readonly who: string;
  /** null: nobody. */
  readonly role: Role | null;
  /** Is it known who that is? An address is not enough. */
  readonly known: boolean;
}

export type Judgement =
  | (Identity & { readonly allowed: true })
  | (Identity & {
      readonly allowed: false;
      /** unknown: nobody knows who calls. denied: its role is too low. */
      readonly kind: 'unknown' | 'denied';
      /** The end of a sentence that names the call. */
      readonly why: string;
      readonly advice: string;
    });

/** May this call be made? */
export function judgeCall(rules: Rules, facts: CallFacts): Judgement {
  const identity = identify(rules, facts);
  const { needs } = facts;
  if (identity.role !== null && rank(identity.role) >= rank(needs)) return { ...identity, allowed: true };
  const { peer, tokenHash } = facts;
  const common = { ...identity, allowed: false } as const;
  if (rules.access !== null && tokenHash !== null && !identity.known) {
    const advice =
      'Give the token that --hash-token was given, or have its hash added to the file of access.tokens.';
    return { ...common, kind: 'unknown', why: 'the token that came with it is not known', advice };
  }
  if (identity.known && identity.role !== null) {
    const why = `it needs the role ${needs}, and ${identity.who} is ${identity.role}`;
    const advice = 'Use credentials with that role; maglev.access of the config says who has which.';
    return { ...common, kind: 'denied', why, advice };
  }
  const why = `it needs the role ${needs}, and ${strangerText(rules, peer, identity)}`;
  return { ...common, kind: 'unknown', why, advice: adviceFor(rules, peer) };
}

function identify({ access, ownUid }: Rules, { peer, tokenHash }: CallFacts): Identity {
  const { door, uid, certificate, address } = peer;
  const named = uid !== null ? `uid:${uid}` : certificate !== null ? `cert:${certificate}` : null;
  // Who is root, or may do whatever maglevd may, needs no gRPC to do it.
  if (uid !== null && (uid === 0 || uid === ownUid)) return { who: `uid:${uid}`, role: 'admin', known: true };
  if (access === null) {
    const role = door !== 'tls' || certificate !== null ? 'admin' : null;
    return { who: named ?? address, role, known: named !== null };
  }
  if (tokenHash !== null) {
    const owner = access.tokens.get(tokenHash);
    // A token that was withdrawn must not leave its owner with the rights of somebody else.
    if (owner === undefined) return { who: address, role: null, known: false };
    return { who: `token:${owner.name}`, role: owner.role, known: true };
  }
  const role =
    (uid === null ? undefined : access.uids.get(uid)) ??
    (certificate === null ? undefined : access.certificates.get(certificate));
  if (role !== undefined && named !== null) return { who: named, role, known: true };
  return { who: named ?? address, role: access.anonymous, known: false };
}

/** Why somebody who is not known is not, as the end of a sentence. */
function strangerText({ access }: Rules, peer: Peer, { role }: Identity): string {
  if (peer.certificateFault !== null) {
    return `the certificate that you showed does not count: ${peer.certificateFault}`;
  }
  if (peer.certificate !== null) return `maglev.access names no certificate of ${peer.certificate}`;
  if (peer.uid !== null) return `maglev.access does not name the user id ${peer.uid}`;
  if (role !== null) return `who does not say who it is, is ${role}`;
  return access === null ? 'you showed no certificate' : 'you did not say who you are';
}

/** Which flag to give, by the door that was taken. */
function adviceFor({ access }: Rules, { door }: Peer): string {
  const token = 'maglevc --token-file with a token of access.tokens';
  switch (door) {
    case 'unix':
      return `Call as root or as the user of maglevd, have your user id added to access.uids, or use ${token}.`;
    case 'loopback':
    case 'network':
      return `Use ${token}, or a unix socket as root or as the user of maglevd.`;
    case 'tls': {
      const certificate =
        'maglevc --tls-cert and --tls-key with a certificate that --tls-client-ca of maglevd has signed';
      return access === null
        ? `Use ${certificate}.`
        : `Use ${certificate} and access.certificates names, or ${token}.`;
    }
  }
}

/**
 * Who did it, where somebody acts for a user of his own, as the dashboard does: only those are believed who could have
 * done it themselves. What is no name says nothing.
 */
export function speakingFor({ who, role }: Identity, user: string | null): string {
  const believed = role !== null && rank(role) >= rank('operator');
  return believed && user !== null && userName.test(user) ? `${who} for ${user}` : who;
}

/** Of a user for whom somebody acts. */
const LONGEST_USER = 64;
const userName = new RegExp(`^[\\w.@=, -]{1,${LONGEST_USER}}$`);

/**
 * The name of a user as it is believed. Of the subject of a certificate that is not fit for it, the common name is left;
 * letters lose their accents, what is no letter then is `_`, and the rest is cut off. null: nothing that names anybody is left.
 */
export function userNameOf(name: string): string | null {
  if (userName.test(name)) return name;
  const [common] = /(?<=^|(?<!\\),)CN=(?:\\.|[^,\\])+/.exec(name) ?? [name];
  const plain = common
    .replace(/\\(.)/g, '$1')
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[^\w.@=, -]/gu, '_')
    .trim()
    .slice(0, LONGEST_USER);
  return /[A-Za-z0-9]/.test(plain.replace(/^CN=/, '')) ? plain : null;
}

function rank(role: Role): number {
  return roles.indexOf(role);
}

/**
 * The subject of a certificate in one spelling: its parts in the order of the certificate, as `openssl x509 -noout
 * -subject` prints them, without the spaces that releases of OpenSSL put around `=` and behind commas. A comma within a
 * value is written with a backslash before it.
 */
export function subjectKey(subject: string): string {
  return subject
    .split(/(?<!\\)(?:,|\n)/)
    .map((part) => part.trim().replace(/^([A-Za-z0-9.-]+)\s*=\s*/, (_, type: string) => `${type}=`))
    .filter((part) => part !== '')
    .join(',');
}

/** What is wrong with a subject in a config file; null when it can be one. */
export function subjectRule(subject: string): string | null {
  const parts = subjectKey(subject).split(/(?<!\\),/);
  return parts.every((part) => /^[A-Za-z0-9.-]+=./.test(part))
    ? null
    : 'must be the subject of a certificate, as in "CN=ci,O=Example"';
}
