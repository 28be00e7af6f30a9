import openModule from '@cornerstonejs/codec-libjpeg-turbo-8bit/decodewasmjs';
import type { Codec, DecodedFrame } from '@concord/core/ports';

const silent = () => undefined;

/** JPEG baseline in WebAssembly. One instance per thread. */
export async function openJpegCodec(): Promise<Codec> {
  const settings = { print: silent, printErr: silent };
  const module = await openModule(settings);
  return { name: 'libjpeg-turbo-8bit 1.2.8 (wasm)', decode: (codestream) => decode(new module.JPEGDecoder(), codestream) };
}

function decode(decoder: InstanceType<Awaited<ReturnType<typeof openModule>>['JPEGDecoder']>, codestream: Uint8Array): DecodedFrame | undefined {
  try {
    decoder.getEncodedBuffer(codestream.length).set(codestream);
    decoder.decode();
    const { width, height, componentCount } = decoder.getFrameInfo();
    // A copy: the buffer is a view on wasm memory that the next image overwrites.
    return { columns: width, rows: height, samplesPerPixel: componentCount, samples: decoder.getDecodedBuffer().slice() };
  } catch {
    // Emscripten throws bare numbers.
    return undefined;
  } finally {
    decoder.delete();
  }
}
