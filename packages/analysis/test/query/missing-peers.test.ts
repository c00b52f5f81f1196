import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { loadPeer } from "../../src/query/load-peer.ts";
import { start } from "../support/process.ts";
import { temporaryFolder, writeSmallZoo } from "../support/small-zoo.ts";

const withoutPeers = new URL("../support/without-peers.mjs", import.meta.url).href;

/** The versions that this package declares: `install` must name them. */
const { peerDependencies: versions } = JSON.parse(
  readFileSync(new URL("../../package.json", import.meta.url), "utf8"),
) as { peerDependencies: Record<string, string> };

const lineOf = (wantedBy: string, name: string): string =>
  `${wantedBy} needs ${name}, which is not installed; install it: npm install ${name}@${versions[name]}`;

describe("where an optional package is not installed", () => {
  test("query is one line that says what to install, exit 1, and writes nothing", async () => {
    const out = join(temporaryFolder(), "answer");
    const argv = ["query", await writeSmallZoo(), "select 1", "--out", out];
    const { exit } = start(argv, { NODE_OPTIONS: `--import=${withoutPeers}` });
    const line = `zoo-analysis: ${lineOf("query", "@duckdb/node-api")}\n`;
    expect(await exit).toEqual({ code: 1, out: "", err: line });
    expect(existsSync(out)).toBe(false);
  });

  test("every other command works without it", async () => {
    const { exit } = start(["summary", await writeSmallZoo()], { NODE_OPTIONS: `--import=${withoutPeers}` });
    expect(await exit).toMatchObject({ code: 0, err: "" });
  });

  test("toDataFrame rejects with what to install", () => {
    const script = `import { toDataFrame } from "@zoo/analysis/node";
      await toDataFrame({ name: "t", caption: "", columns: [], rows: [] }).catch((e) => console.log(e.code + ": " + e.message));`;
    const argv = ["--import", withoutPeers, "--input-type=module", "-e", script];
    const cwd = new URL("../..", import.meta.url);
    const { status, stdout } = spawnSync(process.execPath, argv, { cwd, encoding: "utf8" });
    expect([status, stdout]).toEqual([0, `engine-unavailable: ${lineOf("toDataFrame", "danfojs-node")}\n`]);
  });

  test("it is loaded where it is there", async () => {
    expect(await loadPeer("@duckdb/node-api", "query")).toHaveProperty("DuckDBInstance");
  });
});
