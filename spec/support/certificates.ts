import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';

/** A certificate and its key, as TLS servers take them. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/** Milliseconds since the epoch. */
export interface Validity {
  readonly from?: number;
  readonly to?: number;
}

export interface CertificateWish extends Validity {
  /** `DNS:a.example` or `IP:127.0.0.1`. */
  readonly names: readonly string[];
  /** Whose it is. */
  readonly commonName?: string;
}

/** An authority made for one run of the specs. */
export class Authority {
  readonly #keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  readonly #commonName: string;
  readonly #name: Buffer;
  #serial = 1;
  readonly cert: string;

  /** `above` null: it has signed its own certificate. */
  constructor(commonName = 'spec authority', validity: Validity = {}, above: Authority | null = null) {
    this.#commonName = commonName;
    this.#name = distinguishedName(commonName);
    const signer = above ?? this;
    const { cert } = signer.#make(this.#name, this.#keys, { names: [], ...validity }, true);
    this.cert = cert;
  }

  /** Another one, whose certificate this one has signed. */
  below(commonName: string, validity: Validity = {}): Authority {
    return new Authority(commonName, validity, this);
  }

  /** A server with the certificate of the authority itself, which is for the name that it has. */
  selfIssued(): Certificate {
    const name = `DNS:${this.#commonName}`;
    return this.#make(this.#name, this.#keys, { names: [name] }, false);
  }

  issue(wish: CertificateWish): Certificate {
    const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    return this.#make(distinguishedName(wish.commonName ?? 'spec server'), keys, wish, false);
  }

  #make(
    subject: Buffer,
    keys: { publicKey: KeyObject; privateKey: KeyObject },
    { names, from = Date.now() - 3_600_000, to = Date.now() + 3_600_000 }: CertificateWish,
    isAuthority: boolean,
  ): Certificate {
    const algorithm = sequence(oid(1, 2, 840, 10045, 4, 3, 2));
    const extensions = [
      sequence(oid(2, 5, 29, 19), boolean(true), octets(isAuthority ? sequence(boolean(true)) : sequence())),
      ...(names.length === 0
        ? []
        : [sequence(oid(2, 5, 29, 17), octets(sequence(...names.map(generalName))))]),
    ];
    const body = sequence(
      tagged(0xa0, integer(2)),
      integer(this.#serial++),
      algorithm,
      this.#name,
      sequence(time(from), time(to)),
      subject,
      keys.publicKey.export({ type: 'spki', format: 'der' }),
      tagged(0xa3, sequence(...extensions)),
    );
    const signature = sign('sha256', body, this.#keys.privateKey);
    const certificate = sequence(body, algorithm, tagged(0x03, Buffer.of(0), signature));
    const lines = certificate.toString('base64').replace(/.{1,64}/g, '$&\n');
    return {
      cert: `-----BEGIN CERTIFICATE-----\n${lines}-----END CERTIFICATE-----\n`,
      key: keys.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    };
  }
}

// DER, as far as certificates need it (X.690).

function tagged(tag: number, ...contents: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(contents);
  const { length } = content;
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.of(tag, ...size), content]);
}

function sequence(...contents: readonly Uint8Array[]): Buffer {
  return tagged(0x30, ...contents);
}

function integer(value: number): Buffer {
  return tagged(0x02, Buffer.of(value));
}

function boolean(value: boolean): Buffer {
  return tagged(0x01, Buffer.of(value ? 0xff : 0));
}

function octets(content: Uint8Array): Buffer {
  return tagged(0x04, content);
}

function oid(first: number, second: number, ...rest: readonly number[]): Buffer {
  const bytes = rest.flatMap((arc) => {
    const septets = [arc & 0x7f];
    for (let left = arc >> 7; left > 0; left >>= 7) septets.unshift((left & 0x7f) | 0x80);
    return septets;
  });
  return tagged(0x06, Buffer.of(first * 40 + second, ...bytes));
}

/** GeneralizedTime, to the second. */
function time(milliseconds: number): Buffer {
  const text = new Date(milliseconds).toISOString().replace(/[-:T]|\.\d+/g, '');
  return tagged(0x18, Buffer.from(text, 'ascii'));
}

function distinguishedName(commonName: string): Buffer {
  return sequence(tagged(0x31, sequence(oid(2, 5, 4, 3), tagged(0x0c, Buffer.from(commonName)))));
}

function generalName(name: string): Buffer {
  const value = name.slice(name.indexOf(':') + 1);
  if (name.startsWith('DNS:')) return tagged(0x82, Buffer.from(value, 'ascii'));
  return tagged(0x87, Buffer.from(value.split('.').map(Number)));
}
