/**
 * Identifies a client from the bytes that it sends: an upgrade request for `/?line=N`, then an
 * `authRequest`.
 */
export class AuthRequestReader {
  #bytes = Buffer.alloc(0);

  /** @returns null until the client has identified itself */
  read(bytes: Buffer): { readonly line: number; readonly idCrm: string } | null {
    this.#bytes = Buffer.concat([this.#bytes, bytes]);
    const headerEnd = this.#bytes.indexOf('\r\n\r\n');
    if (headerEnd < 0) return null;
    const line = Number(
      /^GET \/\?line=(\d+) /.exec(this.#bytes.subarray(0, headerEnd).toString('latin1'))?.[1],
    );
    // RFC 6455, section 5.2: opcode, masked 7-bit length, four bytes of mask, payload.
    const frame = this.#bytes.subarray(headerEnd + 4);
    const length = (frame[1] ?? 0) & 0x7f;
    if (frame.length < 6 + length) return null;
    const payload = Buffer.from(frame.subarray(6, 6 + length));
    for (let i = 0; i < length; i++) payload[i] = (payload[i] ?? 0) ^ (frame[2 + (i % 4)] ?? 0);
    const idCrm = /"idCrm":"([^"]+)"/.exec(payload.toString())?.[1];
    if (idCrm === undefined || Number.isNaN(line)) return null;
    return { line, idCrm };
  }
}
