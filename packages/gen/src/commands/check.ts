import { bytes, duration, printable, untilStopped, writeJson } from "@zoo/cli";
import type { World } from "../cli/world.ts";
import { sayFaults, showingProgress } from "../verify/checking.ts";

/** Exit code 0 for a good zoo, 1 for one with faults. */
export async function checkCommand(dir: string, flags: { json?: boolean }, world: World): Promise<number> {
  const started = world.now();
  const { faults, bytesRead } = await untilStopped(world, (signal) => showingProgress(dir, signal, world));
  const seconds = (world.now() - started) / 1000;
  if (flags.json) writeJson(world.stdout, { zoo: dir, ok: faults.length === 0, bytes: bytesRead, seconds, faults });
  else if (faults.length === 0) {
    world.stdout.write(
      `${printable(dir)}: good: ${bytes(bytesRead)} of weights and every table, hash and rule (${duration(seconds)})\n`,
    );
  }
  if (faults.length > 0) sayFaults(dir, faults, world);
  return faults.length === 0 ? 0 : 1;
}
