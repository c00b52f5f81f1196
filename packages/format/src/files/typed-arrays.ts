interface Arrays {
  U8: Uint8Array;
  I8: Int8Array;
  U16: Uint16Array;
  I16: Int16Array;
  U32: Uint32Array;
  I32: Int32Array;
  F32: Float32Array;
  U64: BigUint64Array;
  I64: BigInt64Array;
  F64: Float64Array;
}

/** The dtypes of safetensors that a typed array holds; F16, BF16 and BOOL are not among them. */
export type TypedDtype = keyof Arrays;
export type TypedArray<T extends TypedDtype = TypedDtype> = Arrays[T];

export const typedArrays = {
  U8: Uint8Array,
  I8: Int8Array,
  U16: Uint16Array,
  I16: Int16Array,
  U32: Uint32Array,
  I32: Int32Array,
  F32: Float32Array,
  U64: BigUint64Array,
  I64: BigInt64Array,
  F64: Float64Array,
} as const satisfies { [T in TypedDtype]: new (buffer: ArrayBuffer) => Arrays[T] };
