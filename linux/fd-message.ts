import { closeSync } from 'node:fs';
import { libc, libcFunction, succeeded } from './libc.js';
import { wouldBlock } from './unix-seqpacket.js';

// <sys/socket.h>, as x86-64 and arm64 have it.
const SOL_SOCKET = 1;
const SCM_RIGHTS = 1;
const MSG_NOSIGNAL = 0x4000;
const MSG_DONTWAIT = 0x40;
const MSG_CMSG_CLOEXEC = 0x40000000;

/*
 * One block of memory holds all that sendmsg and recvmsg take. The layout is that of 64-bit Linux, where glibc and musl
 * agree as long as the padding is zero:
 *    0 struct msghdr   name 8, namelen 4+4, iov 8, iovlen 8, control 8, controllen 8, flags 4+4
 *   56 struct iovec    base 8, len 8
 *   72 payload         one byte, and padding
 *   80 struct cmsghdr  len 8, level 4, type 4, then the descriptors, 4 bytes each
 */
const MSGHDR_IOV = 16;
const MSGHDR_IOVLEN = 24;
const MSGHDR_CONTROL = 32;
const MSGHDR_CONTROLLEN = 40;
const IOVEC = 56;
const PAYLOAD = 72;
const CONTROL = 80;
const CMSG_HEADER = 16;
const FD_SIZE = 4;
/** More descriptors than this in one message are dropped by the kernel before they are ours. */
const MAX_FDS = 16;
const BLOCK_SIZE = CONTROL + CMSG_HEADER + MAX_FDS * FD_SIZE;

const sendmsg = libcFunction('long sendmsg(int fd, void *message, int flags)');
const recvmsg = libcFunction('long recvmsg(int fd, void *message, int flags)');

/** What a try to receive a descriptor came to. */
export type Received =
  | { readonly kind: 'descriptor'; readonly fd: number }
  /** No message is there yet. */
  | { readonly kind: 'pending' }
  /** The peer has closed, or has sent a message without a descriptor. */
  | { readonly kind: 'none' };

/** Sends one descriptor with no payload at all, as VPP's stats socket does. Throws a SyscallError. */
export function sendDescriptor(socket: number, fd: number): void {
  const { block, view } = messageBlock(0, CMSG_HEADER + FD_SIZE);
  view.setBigUint64(CONTROL, BigInt(CMSG_HEADER + FD_SIZE), true);
  view.setInt32(CONTROL + 8, SOL_SOCKET, true);
  view.setInt32(CONTROL + 12, SCM_RIGHTS, true);
  view.setInt32(CONTROL + CMSG_HEADER, fd, true);
  succeeded('send a descriptor', sendmsg(socket, block, MSG_NOSIGNAL | MSG_DONTWAIT));
}

/**
 * Takes the next message of a socket. A message of zero bytes is as good as any: only the descriptor counts. Further
 * descriptors of the message are closed. Never blocks. Throws a SyscallError.
 */
export function receiveDescriptor(socket: number): Received {
  const { block, view } = messageBlock(1, CMSG_HEADER + MAX_FDS * FD_SIZE);
  const result = recvmsg(socket, block, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
  if (wouldBlock(result)) return { kind: 'pending' };
  succeeded('receive a descriptor', result);
  const [fd, ...others] = descriptorsIn(view);
  for (const other of others) closeSync(other);
  return fd === undefined ? { kind: 'none' } : { kind: 'descriptor', fd };
}

/** A socket that did not ask for anything else gets no control message but this one, and at most one. */
function descriptorsIn(view: DataView): number[] {
  const controlSize = Number(view.getBigUint64(MSGHDR_CONTROLLEN, true));
  if (controlSize < CMSG_HEADER) return [];
  if (view.getInt32(CONTROL + 8, true) !== SOL_SOCKET || view.getInt32(CONTROL + 12, true) !== SCM_RIGHTS)
    return [];
  const bytes = Number(view.getBigUint64(CONTROL, true)) - CMSG_HEADER;
  const count = Math.min(MAX_FDS, Math.floor(bytes / FD_SIZE));
  return Array.from({ length: count }, (_, i) => view.getInt32(CONTROL + CMSG_HEADER + i * FD_SIZE, true));
}

function messageBlock(payloadSize: number, controlSize: number): { block: Uint8Array; view: DataView } {
  const block = new Uint8Array(new ArrayBuffer(BLOCK_SIZE));
  const view = new DataView(block.buffer);
  const base = libc().addressOf(block);
  view.setBigUint64(MSGHDR_IOV, base + BigInt(IOVEC), true);
  view.setBigUint64(MSGHDR_IOVLEN, 1n, true);
  view.setBigUint64(MSGHDR_CONTROL, base + BigInt(CONTROL), true);
  view.setBigUint64(MSGHDR_CONTROLLEN, BigInt(controlSize), true);
  view.setBigUint64(IOVEC, base + BigInt(PAYLOAD), true);
  view.setBigUint64(IOVEC + 8, BigInt(payloadSize), true);
  return { block, view };
}
