/** A file that replaces one of the tiny zoo, and what a reader must say. */
export interface HostileCase {
  name: string;
  replaces: string;
  bytes: Uint8Array;
  message: string;
}

export type Files = ReadonlyMap<string, Uint8Array>;

export const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
export const decode = (bytes: Uint8Array | undefined): string => new TextDecoder().decode(bytes);
