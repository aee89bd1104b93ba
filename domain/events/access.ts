import type { Door, Role } from '../access.js';
import { event, field, maybe } from './event.js';

/** Who may come in, and what they change. */
export const accessEvents = {
  'api-change': event(
    ['info'],
    'a request that changes something was answered; one of an admin that is answered as a stream is told when it begins',
    {
      who: field<string>('`uid:1000`, `token:ci`, `cert:CN=ci`, or the address of who is not known'),
      peer: field<string>("the client's address and port, or `unix`"),
      door: field<Door>('`unix`, `loopback`, `tls` or `network`'),
      via: field<'grpc' | 'http'>(),
      method: field<string>(),
      request: field<string>('as JSON'),
      status: field<string>('`OK`, or as gRPC names it; `CANCELLED`: the client did not wait for the answer'),
      code: maybe<string>('failed: why'),
      ms: field<number>(),
    },
  ),
  'access-refused': event(
    ['warn'],
    'a request was refused because of who made it; further refusals of the same caller within a minute are told once, with their number',
    {
      who: field<string>(),
      role: field<Role | null>('null: none'),
      peer: field<string>("the client's address and port, or `unix`"),
      door: field<Door>(),
      via: field<'grpc' | 'http'>(),
      method: field<string>(),
      needs: field<Role>('the role that the request needs'),
      kind: field<'unknown' | 'denied' | 'origin'>(
        '`unknown`: nobody knows who it is; `denied`: its role is too low; `origin`: a browser made it for a page that is not ours',
      ),
      why: field<string>(),
      count: maybe<number>('told later: how many there were since the first'),
    },
  ),
  'tls-loaded': event(['info'], 'the certificate for gRPC was read, at the start or because it changed', {
    subject: field<string>(),
    notAfter: field<string>('until when it is valid'),
    fingerprint: field<string>('SHA-256'),
    clientCa: field<boolean>('are certificates of clients asked for?'),
  }),
  'tls-load-failed': event(
    ['error'],
    'the certificate for gRPC changed, and what is there now cannot be used: the one before is kept',
    { error: field<string>() },
  ),
} as const;
