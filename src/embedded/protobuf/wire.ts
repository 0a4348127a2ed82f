/** One field of a message: its number and its raw value. */
export interface Field {
  number: number;
  value: bigint | Uint8Array;
}

/** The fields of a protobuf message, in order: https://protobuf.dev/programming-guides/encoding/ */
export function* fieldsIn(message: Uint8Array): Generator<Field> {
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = message[at++];
      if (byte === undefined) throw new SyntaxError('unexpected EOF');
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  const bytes = (length: number): Uint8Array => {
    if (at + length > message.length) throw new SyntaxError('unexpected EOF');
    at += length;
    return message.subarray(at - length, at);
  };
  while (at < message.length) {
    const tag = varint();
    const number = Number(tag >> 3n);
    switch (Number(tag & 7n)) {
      case 0:
        yield { number, value: varint() };
        break;
      case 1:
        yield { number, value: bytes(8) };
        break;
      case 2:
        yield { number, value: bytes(Number(varint())) };
        break;
      case 5:
        yield { number, value: bytes(4) };
        break;
      default:
        throw new SyntaxError(`proto: illegal wireType ${tag & 7n}`);
    }
  }
}
