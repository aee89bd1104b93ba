import { constants } from 'node:os';
import { SyscallError } from './libc.js';

const AF_UNIX = 1;

/** Bytes of sun_path; one is for the NUL behind a path. */
const SUN_PATH_SIZE = 108;

/**
 * struct sockaddr_un: u16 family, then the path with a NUL behind it. `@name` is a name in the abstract namespace: a NUL
 * and the name, and nothing behind it, for every byte of the length counts there (unix(7)). Throws a SyscallError, EINVAL or ENAMETOOLONG.
 */
export function unixAddress(text: string): Uint8Array {
  const bytes = Buffer.from(text, 'utf8');
  if (bytes.length === 0 || bytes.includes(0))
    throw new SyscallError(`use ${JSON.stringify(text)} as a socket path`, -constants.errno.EINVAL);
  if (bytes.length >= SUN_PATH_SIZE)
    throw new SyscallError(`use ${text} as a socket path`, -constants.errno.ENAMETOOLONG);
  const isAbstract = text.startsWith('@');
  const address = new Uint8Array(2 + bytes.length + (isAbstract ? 0 : 1));
  new DataView(address.buffer).setUint16(0, AF_UNIX, true);
  address.set(bytes, 2);
  if (isAbstract) address[2] = 0;
  return address;
}
