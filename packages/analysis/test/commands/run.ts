import { main } from "../../src/main.ts";

export interface Run {
  code: number;
  out: string;
  err: string;
}

/** Runs the command line with what it says caught. */
export async function run(...argv: string[]): Promise<Run> {
  const said = { out: "", err: "" };
  const code = await main(argv, {
    stdout: { write: (text) => (said.out += text) },
    stderr: { write: (text) => (said.err += text) },
    now: () => 0,
    cores: 1,
  });
  return { code, ...said };
}

export interface JsonResult {
  definitions: string[];
  parameters: Record<string, unknown>;
  tables: Record<string, Record<string, string | number | boolean | null>[]>;
  arrays: Record<string, { shape: number[] }>;
}

/** The same with --json, parsed; throws unless it was done without a word on stderr. */
export async function runJson(...argv: string[]): Promise<JsonResult> {
  const { code, out, err } = await run(...argv, "--json");
  if (code !== 0 || err !== "") throw new Error(`exit ${code}: ${err}`);
  return JSON.parse(out) as JsonResult;
}
