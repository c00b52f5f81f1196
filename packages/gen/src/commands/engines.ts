import { table } from "../cli/text.ts";
import type { World } from "../cli/world.ts";

export async function enginesCommand(options: { json?: boolean }, world: World): Promise<number> {
  const engines = await world.probeEngines();
  if (options.json) world.stdout.write(`${JSON.stringify(engines, null, 2)}\n`);
  else {
    const rows = engines.map(({ name, id, available, reason }) => [name, available ? "yes" : "no", id ?? "-", reason]);
    world.stdout.write(table([["engine", "runs here", "id", "why"], ...rows]));
  }
  return 0;
}
