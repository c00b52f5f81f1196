/** n zeros in memory that worker threads see without a copy, where there is such memory. */
export const sharedFloats = (n: number): Float32Array =>
  typeof SharedArrayBuffer === "undefined" ? new Float32Array(n) : new Float32Array(new SharedArrayBuffer(4 * n));

/** The same of float64. */
export const sharedDoubles = (n: number): Float64Array =>
  typeof SharedArrayBuffer === "undefined" ? new Float64Array(n) : new Float64Array(new SharedArrayBuffer(8 * n));
