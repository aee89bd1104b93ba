import { libcFunction } from './libc.js';

// <sys/epoll.h>
export const EPOLL_CLOEXEC = 0o2000000;
export const EPOLL_CTL_ADD = 1;
export const EPOLLIN = 0x1;
export const EPOLLOUT = 0x4;
export const EPOLLERR = 0x8;
export const EPOLLHUP = 0x10;
export const EPOLLRDHUP = 0x2000;
export const EPOLLET = 0x80000000;

/** struct epoll_event: u32 events, u64 data; packed on x86-64 only. */
export const DATA = process.arch === 'x64' ? 4 : 8;
export const EVENT_SIZE = DATA + 8;

export const epollCreate = libcFunction('int epoll_create1(int flags)');
export const epollCtl = libcFunction('int epoll_ctl(int epoll, int operation, int fd, void *event)');
export const epollWait = libcFunction('int epoll_wait(int epoll, void *events, int size, int timeout)');
