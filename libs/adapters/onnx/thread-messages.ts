/** What goes to a session thread. Inputs lie in shared memory, so that pixels are not copied. */
export interface RunMessage {
  readonly kind: 'run';
  readonly id: number;
  readonly block: string;
  readonly path: string;
  readonly inputs: readonly { readonly name: string; readonly data: Float32Array<SharedArrayBuffer>; readonly shape: readonly number[] }[];
}

export type ToThread = RunMessage | { readonly kind: 'close' };

export type FromThread =
  | { readonly id: number; readonly outputs: readonly { readonly name: string; readonly data: Float32Array; readonly shape: readonly number[] }[] }
  | { readonly id: number; readonly failure: string };
