/** Model-samples per second and per CPU second of whole calls that last at least `seconds` together, rounded. */
export async function rate(
  seconds: number,
  modelSamples: number,
  call: () => Promise<unknown>,
): Promise<{ perS: number; perCpuS: number }> {
  const cpu = process.cpuUsage();
  const start = performance.now();
  let samples = 0;
  do {
    await call();
    samples += modelSamples;
  } while (performance.now() - start < 1000 * seconds);
  const wall = (performance.now() - start) / 1000;
  const used = process.cpuUsage(cpu);
  return { perS: Math.round(samples / wall), perCpuS: Math.round(samples / ((used.user + used.system) / 1e6)) };
}
