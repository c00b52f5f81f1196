import { table, untilStopped, writeJson } from "@zoo/cli";
import type { World } from "../cli/world.ts";

export async function enginesCommand(options: { json?: boolean }, world: World): Promise<number> {
  const engines = await untilStopped(world, (signal) => world.probeEngines({ signal }));
  if (options.json) writeJson(world.stdout, engines);
  else {
    const rows = engines.map(({ name, id, available, reason }) => [name, available ? "yes" : "no", id ?? "-", reason]);
    world.stdout.write(table([["engine", "runs here", "id", "why"], ...rows]));
  }
  return 0;
}
