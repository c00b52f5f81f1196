import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, type TestContext } from "vitest";

/** See fixtures/make_goldens.py. */
export const goldens = JSON.parse(readFileSync(new URL("fixtures/goldens.json", import.meta.url), "utf8")) as {
  versions: Record<string, string>;
  mt19937: { seed: number; bits: number[] }[];
  randperm: { n: number; seed: number; first: number[]; last: number[]; sha256: string }[];
  random_split: { sizes: number[]; seed: number; sha256: string[] }[];
  resize: { from: [number, number]; to: [number, number]; sha256: string; pixels?: number[] }[];
  normalize: { mean: number; std: number; float32: string }[];
  usps_bytes: string;
  data: { mnist: Hash; "fashion-mnist": Hash; usps: Hash & { stored: string; images: string } };
};
interface Hash {
  sha256: string;
}

/** The value of an environment variable; without it the test is skipped, or fails when ZOO_REQUIRE names `capability`. */
export function need(context: TestContext, capability: "data" | "python", variable: string): string {
  const value = process.env[variable];
  if (value) return value;
  const reason = `${variable} is not set, see CONTRIBUTING.md`;
  if ((process.env["ZOO_REQUIRE"] ?? "").split(",").includes(capability)) throw new Error(`${capability}: ${reason}`);
  return skip(context, reason);
}

/** Skips the test and prints why, once per reason and file. */
export function skip(context: TestContext, reason: string): never {
  if (!told.has(reason)) console.warn(`skipped: ${reason}`);
  told.add(reason);
  return context.skip(reason);
}

const told = new Set<string>();

/** A new folder for each call, removed at the end of the test file. */
export async function scratch(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "zoo-data-"));
  folders.push(folder);
  return folder;
}

const folders: string[] = [];
afterAll(() => Promise.all(folders.splice(0).map((folder) => rm(folder, { recursive: true, force: true }))));

/** What `promise` rejects with. */
export async function failure(promise: Promise<unknown>): Promise<Error & { code?: string; details?: unknown }> {
  return promise.then(
    () => {
      throw new Error("expected a rejection, but it resolved");
    },
    (e: Error) => e,
  );
}

/** The inputs of the resize goldens: `pattern` of make_goldens.py. */
export function pattern(h: number, w: number): Uint8Array {
  return Uint8Array.from({ length: h * w }, (_, i) =>
    i % 7 === 0 ? 0 : i % 5 === 0 ? 255 : ((31 * i * i + 7 * i) >> 3) % 256,
  );
}
