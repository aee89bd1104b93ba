/** A message of a stream as the Connect protocol sends it. What is sent here is ASCII. */
export function inEnvelope(json: string): string {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(json.length, 1);
  return `${head.toString('latin1')}${json}`;
}

/** What came in envelopes, with their flags: 2 is the last one. */
export function envelopesOf(whole: Buffer): { readonly flags: number; readonly message: unknown }[] {
  const found: { readonly flags: number; readonly message: unknown }[] = [];
  let bytes = whole;
  while (bytes.length >= 5) {
    const end = 5 + bytes.readUInt32BE(1);
    found.push({ flags: bytes.readUInt8(0), message: JSON.parse(bytes.subarray(5, end).toString()) });
    bytes = bytes.subarray(end);
  }
  return found;
}
