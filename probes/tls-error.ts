/**
 * The alerts of TLS by their numbers (RFC 8446 section 6). The words that OpenSSL has for them differ from release to
 * release; the numbers do not.
 */
const alerts: ReadonlyMap<number, string> = new Map([
  [0, 'close notify'],
  [10, 'unexpected message'],
  [20, 'bad record mac'],
  [21, 'decryption failed'],
  [22, 'record overflow'],
  [30, 'decompression failure'],
  [40, 'handshake failure'],
  [41, 'no certificate'],
  [42, 'bad certificate'],
  [43, 'unsupported certificate'],
  [44, 'certificate revoked'],
  [45, 'certificate expired'],
  [46, 'certificate unknown'],
  [47, 'illegal parameter'],
  [48, 'unknown ca'],
  [49, 'access denied'],
  [50, 'decode error'],
  [51, 'decrypt error'],
  [60, 'export restriction'],
  [70, 'protocol version'],
  [71, 'insufficient security'],
  [80, 'internal error'],
  [86, 'inappropriate fallback'],
  [90, 'user canceled'],
  [100, 'no renegotiation'],
  [109, 'missing extension'],
  [110, 'unsupported extension'],
  [112, 'unrecognized name'],
  [113, 'bad certificate status response'],
  [115, 'unknown psk identity'],
  [116, 'certificate required'],
  [120, 'no application protocol'],
]);

/** What a server says that is not TLS, by the releases of OpenSSL. */
const notTls = [
  'ERR_SSL_WRONG_VERSION_NUMBER',
  'ERR_SSL_PACKET_LENGTH_TOO_LONG',
  'ERR_SSL_DATA_LENGTH_TOO_LONG',
  'ERR_SSL_RECORD_LAYER_FAILURE',
];

/** What this side cannot do, whatever the server says: a setting of OpenSSL or of Node forbids it, or leaves nothing. */
const ours = [
  'ERR_SSL_NO_PROTOCOLS_AVAILABLE',
  'ERR_SSL_NO_CIPHERS_AVAILABLE',
  'ERR_SSL_LIBRARY_HAS_NO_CIPHERS',
  'ERR_SSL_NO_SUITABLE_GROUPS',
  'ERR_SSL_MALLOC_FAILURE',
];

/** The alert that the peer has sent, as `certificate required`; null = the error is none. */
export function alertOf({ message }: Error): string | null {
  const number = /SSL alert number (\d+)/.exec(message)?.[1];
  return number === undefined ? null : (alerts.get(Number(number)) ?? `alert ${number}`);
}

/** Is the error one of this side's own, that says nothing about the peer? */
export function isOurTlsError({ code = '' }: NodeJS.ErrnoException): boolean {
  return ours.includes(code);
}

/** Why a handshake has failed. */
export function handshakeError(error: NodeJS.ErrnoException): string {
  const { code = '', message } = error;
  if (connectionLost.includes(code)) return 'connection closed during the TLS handshake';
  if (notTls.includes(code)) return 'the answer is not TLS';
  const alert = alertOf(error);
  if (alert !== null) return `TLS handshake refused: ${alert}`;
  return `TLS handshake failed: ${wordsOf(code) ?? message}`;
}

/** `unexpected message` of ERR_SSL_UNEXPECTED_MESSAGE. */
function wordsOf(code: string): string | null {
  const words = /^ERR_SSL_([\w/]+)$/.exec(code)?.[1];
  return words === undefined ? null : words.toLowerCase().replaceAll('_', ' ');
}

/** However soon it is seen: the call that finds it out may be one that reads or one that writes. */
const connectionLost: readonly string[] = ['ECONNRESET', 'EPIPE', 'ECONNABORTED'];
