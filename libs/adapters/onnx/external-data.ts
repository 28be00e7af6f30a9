/** Fields of onnx.proto that lead to a tensor: message → field number → message. */
const LEADS: Readonly<Record<string, Readonly<Record<number, string>>>> = {
  model: { 7: 'graph', 20: 'training', 25: 'function' },
  training: { 1: 'graph', 2: 'graph' },
  function: { 7: 'node', 11: 'attribute' },
  graph: { 1: 'node', 5: 'tensor', 15: 'sparse' },
  node: { 5: 'attribute' },
  attribute: { 5: 'tensor', 6: 'graph', 10: 'tensor', 11: 'graph', 22: 'sparse', 23: 'sparse' },
  sparse: { 1: 'tensor', 2: 'tensor' },
  tensor: {},
};
/** TensorProto: where its data lies, and the names of other files. */
const EXTERNAL_DATA = 13;
const DATA_LOCATION = 14;
const DEPTH_MAX = 32;

/**
 * True when a model names a file beside it for a tensor, at whatever depth. Such a reference is a path that the model's author
 * chose: runtimes have read arbitrary files through it (CVE-2022-25882 and its successors), so a block never has one.
 * What is not readable as a model counts as one that does.
 */
export function hasExternalData(model: Uint8Array): boolean {
  try {
    return leads(Buffer.from(model.buffer, model.byteOffset, model.byteLength), 'model', 0);
  } catch {
    return true;
  }
}

function leads(bytes: Buffer, message: string, depth: number): boolean {
  if (depth > DEPTH_MAX) return true;
  const known = LEADS[message] ?? {};
  for (const { field, wire, body, number } of fieldsOf(bytes)) {
    if (message === 'tensor' && namesFile(field, number)) return true;
    const inner = known[field];
    if (inner !== undefined && wire === 2 && leads(body, inner, depth + 1)) return true;
  }
  return false;
}

function namesFile(field: number, number: number): boolean {
  return field === EXTERNAL_DATA || (field === DATA_LOCATION && number !== 0);
}

interface Field {
  readonly field: number;
  readonly wire: number;
  readonly body: Buffer;
  /** Of a varint. */
  readonly number: number;
}

const NOTHING = Buffer.alloc(0);

/** The fields of one message of protocol buffers. @throws RangeError when it is cut short or of an unknown wire type. */
function* fieldsOf(bytes: Buffer): Generator<Field> {
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = bytes.readUInt8(at++);
      // Beyond 2^53 only the fact that it is not zero counts here.
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    throw new RangeError('a varint without an end');
  };
  const skip = (length: number): Buffer => {
    if (at + length > bytes.length) throw new RangeError('cut short');
    at += length;
    return bytes.subarray(at - length, at);
  };
  while (at < bytes.length) {
    const tag = varint();
    const [field, wire] = [Math.floor(tag / 8), tag % 8];
    if (wire === 0) yield { field, wire, body: NOTHING, number: varint() };
    else if (wire === 2) yield { field, wire, body: skip(varint()), number: 0 };
    else if (wire === 1 || wire === 5) yield { field, wire, body: skip(wire === 1 ? 8 : 4), number: 0 };
    else throw new RangeError('an unknown wire type');
  }
}
