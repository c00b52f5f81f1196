import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { runJson } from "./commands/run.ts";
import { zooAnalysis } from "./support/run-cli.ts";
import { temporaryFolder, writeSyntheticZoo } from "./support/synthetic-zoo.ts";

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");

test("the README names every command", async () => {
  const { out } = await zooAnalysis(["--help"]);
  const commands = [...out.matchAll(/^ {2}(\w+) \[options\]/gm)].map(([, name]) => name);
  expect(commands).toHaveLength(10);
  for (const command of commands) expect(readme).toContain(`| \`zoo-analysis ${command}`);
});

/** Runs the n-th script of the README on a synthetic grid; what it prints. */
async function example(n: number): Promise<{ zoo: string; said: string }> {
  const zoo = join(await temporaryFolder(), "zoo");
  await writeSyntheticZoo(zoo, { grid: true });
  const [, script] = [...readme.matchAll(/```js\n([^`]*)```/g)][n];
  const argv = [
    "--conditions=@zoo/source",
    "--import",
    "tsx",
    "--input-type=module",
    "-e",
    script,
    "--",
    "example",
    zoo,
  ];
  const cwd = fileURLToPath(new URL("..", import.meta.url));
  return { zoo, said: execFileSync(process.execPath, argv, { cwd, encoding: "utf8" }) };
}

test("the README's example of the library runs, and says what the commands say", async () => {
  const { zoo, said } = await example(0);
  const lines = said.trim().split("\n");
  const performance = await runJson("summary", zoo);
  const [row] = performance.tables["performance"].filter(({ metric }) => metric === "test_acc");
  const three = (...values: unknown[]): string => values.map((value) => (value as number).toFixed(3)).join(" ");
  expect(lines[0]).toBe(three(row["mean"], row["mean_low"], row["mean_high"]));
  const effects = await runJson("hyperparameters", zoo);
  const rows = effects.tables["importance"].filter(({ factor }) => factor !== "seed alone");
  expect(lines.slice(1)).toEqual(rows.map(({ factor, main, total }) => `${factor} ${three(main, total)}`));
  expect(rows).toHaveLength(2);
});

test("the README's example of a query runs, and its SQL is answered", async () => {
  const { zoo, said } = await example(1);
  expect(said).toBe("[ 24, 3 ] 10\n"); // seed 3 of tanh at 0.001 is the best: 0.5 + 0.2 + 0.2 + 0.03
  const sql = /query zoos\S+ "([^"]+)"/.exec(readme)?.[1] ?? "";
  expect((await zooAnalysis(["query", zoo, sql])).out).toMatch(/^5 rows\.\n/);
});
