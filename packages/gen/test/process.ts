import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";

const bin = fileURLToPath(new URL("../bin/zoo-gen.js", import.meta.url));

export interface Exit {
  /** Null when a signal ended it. */
  code: number | null;
  signal: string | null;
  out: string;
  err: string;
}

export interface Running {
  child: ChildProcess;
  exit: Promise<Exit>;
  /** Resolves when stderr has this text; rejects when the process ends without it. */
  says(text: string): Promise<void>;
}

/**
 * Starts the built command as a process of its own, as a user would. Needs `npm run build` before.
 * command: what runs it; env: variables besides those of this process.
 */
export function start(
  argv: readonly string[],
  { command = [process.execPath], env = {} }: { command?: readonly string[]; env?: Record<string, string> } = {},
): Running {
  const [program, ...before] = command;
  const child = spawn(program, [...before, bin, ...argv], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...env },
  });
  let out = "";
  let err = "";
  const waiting: (() => void)[] = [];
  child.stdout.on("data", (chunk: Buffer) => (out += String(chunk)));
  child.stderr.on("data", (chunk: Buffer) => {
    err += String(chunk);
    for (const check of waiting) check();
  });
  const exit = new Promise<Exit>((resolve) => {
    child.on("close", (code, signal) => resolve({ code, signal, out, err }));
  });
  const says = async (text: string): Promise<void> => {
    const heard = new Promise<void>((resolve) => {
      const check = (): void => {
        if (err.includes(text)) resolve();
      };
      waiting.push(check);
      check();
    });
    const ended = exit.then(({ code }) => {
      throw new Error(`zoo-gen ended with ${code} without saying ${JSON.stringify(text)}: ${err}`);
    });
    await Promise.race([heard, ended]);
  };
  return { child, exit, says };
}

/** Runs the built command to its end. */
export async function run(...argv: readonly string[]): Promise<Exit> {
  return await start(argv).exit;
}

/** A new folder that is removed when the test is over. */
export function folder(): string {
  const dir = mkdtempSync(join(tmpdir(), "zoo-gen-"));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

/**
 * A recipe of 20 models in 2 shards on the embedded digits, with an architecture of 490 weights, so that an epoch of all
 * takes about 0.3 s.
 */
export function tinyRecipe(dir: string, change: object = {}): string {
  const path = join(dir, "tiny.json");
  const recipe = {
    name: "tiny",
    title: "Tiny",
    dataset: "mnist-10k",
    architecture: {
      name: "tiny",
      input: [1, 28, 28],
      classes: 10,
      layers: [
        { type: "avgpool2d", kernel: 4 },
        { type: "flatten" },
        { type: "linear", out: 8 },
        { type: "activation" },
        { type: "linear", out: 10 },
      ],
    },
    epochs: 8,
    batch_size: 10,
    seeds: { from: 1, count: 10 },
    fixed: { init: "kaiming_uniform", dropout: 0, optimizer: "adam", lr: 0.001, weight_decay: 0 },
    grid: { activation: ["tanh", "relu"] },
    models_split: { train: 0.7, val: 0.15, test: 0.15, seed: 1 },
    ...change,
  };
  writeFileSync(path, JSON.stringify(recipe));
  return path;
}

/** Every file of a folder: relative path -> bytes in base64. `without` names files that may differ. */
export function contents(dir: string, without: readonly string[] = []): Record<string, string> {
  const files = readdirSync(dir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = files.map((entry) => join(entry.parentPath, entry.name).slice(dir.length + 1)).sort();
  return Object.fromEntries(
    paths
      .filter((path) => !without.includes(path))
      .map((path) => [path, readFileSync(join(dir, path)).toString("base64")]),
  );
}
