/** The name of a kind of message, for the log: its `type` or `kind`, else what JavaScript calls it. Never throws. */
export function messageType(message: unknown): string {
  if (typeof message === 'object' && message !== null) {
    if ('type' in message && typeof message.type === 'string') return message.type;
    if ('kind' in message && typeof message.kind === 'string') return message.kind;
    return 'object';
  }
  return typeof message === 'string' ? message.slice(0, 40) : typeof message;
}
