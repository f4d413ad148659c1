/** What a message is made of: one field, with where it stands in the file. Offsets count from the file's start. */
export interface Field {
  readonly number: number;
  readonly wireType: number;
  /** The number of a varint field, a bigint where it does not fit a double exactly; 0 for other fields. */
  readonly value: number | bigint;
  /** Where the field's tag begins. */
  readonly start: number;
  /** Where the payload begins: for a field with a length, after the length. */
  readonly payload: number;
  /** Behind the field's last byte. */
  readonly end: number;
}

export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Bytes that are no protobuf message. */
export class ProtobufError extends Error {
  override readonly name = 'ProtobufError';
  /** A field runs past the end of the file, as after an interrupted copy. */
  readonly endsEarly: boolean;
  /** A copy that goes on may put it right: more bytes, or others than the zeros that nothing was written to yet. */
  readonly incomplete: boolean;

  constructor(message: string, endsEarly: boolean, incomplete: boolean = endsEarly) {
    super(message);
    this.endsEarly = endsEarly;
    this.incomplete = incomplete;
  }
}

export const wireTypes = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;

/** A tag and a length or number take at most 10 bytes each. */
const longestHeader = 20;
const windowBytes = 16_384;
const longestText = 16_777_216;
/** What a value costs in memory beside its bytes: without it, a file of empty texts would be free of charge. */
const itemCost = 256;

/**
 * Reads a message field by field through a small window, so that fields nobody asks for, such as weights, are
 * stepped over and never read. Source: protobuf.dev/programming-guides/encoding.
 */
export class ProtobufReader {
  /** Length of the file in bytes. */
  readonly size: number;
  readonly #readAt: (offset: number, length: number) => Promise<Uint8Array>;
  #window: Uint8Array = new Uint8Array(0);
  #windowStart = 0;
  #budget: number;

  /**
   * @param readAt returns the bytes at an offset; fewer than asked for where the file ends.
   * @param budget how many bytes of payload may be read in all: what a hostile file may cost in memory.
   * Lists and messages count too.
   */
  constructor(size: number, readAt: (offset: number, length: number) => Promise<Uint8Array>, budget: number) {
    this.size = size;
    this.#readAt = readAt;
    this.#budget = budget;
  }

  /**
   * Calls `visit` with each field of the message in `span`. A visit that returns nothing costs no turn of the event
   * loop, which matters because tree ensembles have millions of fields.
   * @throws ProtobufError where the bytes are no fields.
   */
  async eachField(span: Span, visit: (field: Field) => Promise<void> | undefined): Promise<void> {
    let at = span.start;
    while (at < span.end) {
      if (!this.#holds(at, Math.min(longestHeader, this.size - at))) await this.#load(at, windowBytes);
      const field = this.#fieldAt(at, span.end);
      const pending = visit(field);
      if (pending !== undefined) await pending;
      at = field.end;
    }
  }

  /** The text of a string field; bytes that are no UTF-8 become replacement characters. @throws ProtobufError */
  async text(field: Field): Promise<string> {
    return new TextDecoder().decode(await this.#bytes(field));
  }

  async #bytes(field: Field): Promise<Uint8Array> {
    const length = field.end - field.payload;
    if (field.wireType !== wireTypes.bytes) throw new ProtobufError(`The field ${field.number} is no text.`, false);
    if (length > longestText) throw new ProtobufError(`A text has ${length} bytes.`, false);
    this.#spend(length + itemCost);
    if (!this.#holds(field.payload, length)) await this.#load(field.payload, Math.max(length, windowBytes));
    if (!this.#holds(field.payload, length)) throw endsEarly();
    const from = field.payload - this.#windowStart;
    return this.#window.slice(from, from + length);
  }

  /** As `eachField`, for the content of a message field. */
  message(field: Field, visit: (field: Field) => Promise<void> | undefined): Promise<void> {
    if (field.wireType !== wireTypes.bytes) throw new ProtobufError(`The field ${field.number} is no message.`, false);
    this.#spend(itemCost);
    return this.eachField({ start: field.payload, end: field.end }, visit);
  }

  /**
   * The numbers of a repeated field: they come one a field, or packed into one, and readers must take both.
   * @throws ProtobufError
   */
  numbers(field: Field, take: (value: number | bigint) => void): Promise<void> | undefined {
    if (field.wireType === wireTypes.bytes) return this.#packedNumbers(field, take);
    if (field.wireType !== wireTypes.varint) throw new ProtobufError(`The field ${field.number} is no number.`, false);
    this.#spend(itemCost);
    take(field.value);
    return undefined;
  }

  async #packedNumbers(field: Field, take: (value: number | bigint) => void): Promise<void> {
    let at = field.payload;
    while (at < field.end) {
      if (!this.#holds(at, Math.min(longestHeader, this.size - at))) await this.#load(at, windowBytes);
      const { value, end } = this.#varintAt(at);
      if (end > field.end) throw new ProtobufError('A number runs past the end of its list.', false);
      this.#spend(itemCost);
      take(value);
      at = end;
    }
  }

  #spend(length: number): void {
    this.#budget -= length;
    if (this.#budget < 0) throw new ProtobufError('Its names and texts are larger than any real model has.', false);
  }

  #holds(offset: number, length: number): boolean {
    return offset >= this.#windowStart && offset + length <= this.#windowStart + this.#window.byteLength;
  }

  async #load(offset: number, length: number): Promise<void> {
    this.#window = await this.#readAt(offset, Math.min(length, this.size - offset));
    this.#windowStart = offset;
  }

  #fieldAt(start: number, limit: number): Field {
    const tag = this.#varintAt(start);
    const number = Math.floor(Number(tag.value) / 8);
    const wireType = Number(tag.value) % 8;
    if (typeof tag.value === 'bigint' || number < 1 || number > 536_870_911) {
      throw new ProtobufError(`${tag.value} is no field's tag.`, false, tag.value === 0);
    }
    const field = { number, wireType, value: 0 as number | bigint, start, payload: tag.end, end: tag.end };
    if (wireType === wireTypes.varint) {
      const { value, end } = this.#varintAt(tag.end);
      field.value = value;
      field.end = end;
    } else if (wireType === wireTypes.fixed64) field.end += 8;
    else if (wireType === wireTypes.fixed32) field.end += 4;
    else if (wireType === wireTypes.bytes) {
      const length = this.#varintAt(tag.end);
      if (length.value < 0) throw new ProtobufError(`A field has the length ${length.value}.`, false);
      field.payload = length.end;
      field.end = length.end + Number(length.value);
    } else throw new ProtobufError(`No field has the wire type ${wireType}.`, false);
    if (field.end > this.size) throw endsEarly();
    if (field.end > limit) throw new ProtobufError('A field runs past the end of its message.', false);
    return field;
  }

  /** A varint as the signed 64-bit number that int64 fields hold. */
  #varintAt(offset: number): { value: number | bigint; end: number } {
    let at = offset - this.#windowStart;
    let low = 0;
    let scale = 1;
    for (let count = 1; count <= 7; count += 1, scale *= 128) {
      const byte = this.#window[at++];
      if (byte === undefined) throw endsEarly();
      low += (byte & 0x7f) * scale;
      if (byte < 0x80) return { value: low, end: offset + count };
    }
    let value = BigInt(low);
    for (let count = 8n; count <= 10n; count += 1n) {
      const byte = this.#window[at++];
      if (byte === undefined) throw endsEarly();
      value |= BigInt(byte & 0x7f) << (7n * (count - 1n));
      if (byte >= 0x80) continue;
      const signed = BigInt.asIntN(64, value);
      const asNumber = Number(signed);
      return { value: Number.isSafeInteger(asNumber) ? asNumber : signed, end: offset + Number(count) };
    }
    throw new ProtobufError('A number is longer than ten bytes.', false);
  }
}

function endsEarly(): ProtobufError {
  return new ProtobufError('A field runs past the end of the file.', true);
}
