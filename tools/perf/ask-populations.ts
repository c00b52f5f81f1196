import { Contender, type RatesRow } from "./contender.ts";
import type { PopulationRow } from "./results.ts";
import { summarize } from "./statistics.ts";

/** Lets contenders answer a population's questions in turns. One that does not run here is left out. */
export async function askPopulations(
  arch: string,
  commands: readonly string[][],
  rounds: number,
  seconds: number,
): Promise<{ arch: string; rows: PopulationRow[] }> {
  const started = await Promise.all(commands.map((command) => Contender.start<RatesRow>(arch, command)));
  const contenders = started.filter((contender) => contender !== null);
  const seen = new Map<string, RatesRow>();
  for (let round = 0; round < rounds; round++) {
    for (const contender of contenders) {
      for (const row of await contender.measure(seconds)) {
        const key = `${row.peer} ${row.variant} ${row.models}`;
        const rates = { ...seen.get(key)?.rates };
        for (const [name, values] of Object.entries(row.rates)) rates[name] = [...(rates[name] ?? []), ...values];
        seen.set(key, { ...row, rates });
      }
    }
  }
  for (const contender of contenders) contender.stop();
  const rows = [...seen.values()].map(({ peer, variant, models, rates }) => ({
    peer,
    variant,
    models,
    rates: Object.fromEntries(Object.entries(rates).map(([name, values]) => [name, summarize(values)])),
  }));
  return { arch, rows };
}
