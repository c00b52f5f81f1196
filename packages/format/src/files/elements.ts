/** Bytes of one element of each dtype of safetensors. */
export const elementBytes = {
  BOOL: 1,
  U8: 1,
  I8: 1,
  U16: 2,
  I16: 2,
  F16: 2,
  BF16: 2,
  U32: 4,
  I32: 4,
  F32: 4,
  U64: 8,
  I64: 8,
  F64: 8,
} as const;

export type Dtype = keyof typeof elementBytes;

export function isDtype(name: string): name is Dtype {
  return Object.hasOwn(elementBytes, name);
}
