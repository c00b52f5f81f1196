/** The part of the WebAssembly API that wasm.ts uses, so that the package needs neither DOM nor Node types for it. */
declare namespace WebAssembly {
  class Memory {
    readonly buffer: ArrayBuffer;
    grow(pages: number): number;
  }
  class Global {
    value: unknown;
  }
  interface Instance {
    readonly exports: Record<string, unknown>;
  }
  function validate(bytes: Uint8Array<ArrayBuffer>): boolean;
  function instantiate(bytes: Uint8Array<ArrayBuffer>, imports: object): Promise<{ instance: Instance }>;
}
