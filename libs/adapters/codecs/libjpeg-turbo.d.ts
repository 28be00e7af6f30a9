/** The part of the emscripten module that is used; the package ships no types. */
declare module '@cornerstonejs/codec-libjpeg-turbo-8bit/decodewasmjs' {
  interface JPEGDecoder {
    getEncodedBuffer(length: number): Uint8Array;
    decode(): void;
    getDecodedBuffer(): Uint8Array;
    getFrameInfo(): { readonly width: number; readonly height: number; readonly bitsPerSample: number; readonly componentCount: number };
    delete(): void;
  }
  interface Module {
    readonly JPEGDecoder: new () => JPEGDecoder;
  }
  const open: (settings?: { readonly print?: (line: string) => void; readonly printErr?: (line: string) => void }) => Promise<Module>;
  export = open;
}
