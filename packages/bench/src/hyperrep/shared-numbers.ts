/** n zeros in memory that worker threads see without a copy, where there is such memory. */
export const zerosOf = (n: number): Float32Array =>
  typeof SharedArrayBuffer === "undefined" ? new Float32Array(n) : new Float32Array(new SharedArrayBuffer(4 * n));
