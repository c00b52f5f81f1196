import type { z } from "zod";
import { sha256 } from "../node/digest.ts";
import { createFile, readIfThere } from "../node/durable.ts";
import { numbered } from "./partial-paths.ts";

/**
 * Something that many processes may decide and one does, for good: a file that is created exclusively, whole and
 * durable, and never changed. Its second line is the SHA-256 of the first, the value.
 *
 * A decision that cannot be carried out any more (its file is damaged, or files that it names are gone) is followed by
 * one of the next generation. Names are never used again, so nobody can mistake a later decision for an earlier one.
 */
export interface Decision<T> {
  generation: number;
  /** null where the file is damaged. */
  value: T | null;
}

/** The decision that counts: that of the latest generation. null where nothing was decided. */
export async function readDecision<T>(base: string, schema: z.ZodType<T>): Promise<Decision<T> | null> {
  let latest: Decision<T> | null = null;
  for (let generation = 0; ; generation++) {
    const found = await readGeneration(base, schema, generation);
    if (found === null) return latest;
    latest = found;
  }
}

/** The decision of one generation, for who knows that it is the latest. */
export async function readGeneration<T>(
  base: string,
  schema: z.ZodType<T>,
  generation: number,
): Promise<Decision<T> | null> {
  const bytes = await readIfThere(pathOf(base, generation));
  return bytes === null ? null : { generation, value: parseValue(bytes, schema) };
}

/**
 * Decides for `value`, after the decision `former`, unless another process is faster. Returns what was decided; null
 * where that is over already and cleared away. Throws ZooError `io`; after that, something may have been decided or not.
 */
export async function decide<T>(
  base: string,
  schema: z.ZodType<T>,
  value: T,
  former: Decision<T> | null,
): Promise<Decision<T> | null> {
  const generation = former === null ? 0 : former.generation + 1;
  const line = JSON.stringify(schema.parse(value));
  const created = await createFile(pathOf(base, generation), new TextEncoder().encode(`${line}\n${sha256(line)}\n`));
  return created ? { generation, value } : await readDecision(base, schema);
}

const pathOf = (base: string, generation: number): string => `${base}${numbered(generation)}.json`;

function parseValue<T>(bytes: Uint8Array, schema: z.ZodType<T>): T | null {
  const [line, check] = new TextDecoder().decode(bytes).split("\n");
  if (check !== sha256(line)) return null;
  return schema.safeParse(JSON.parse(line)).data ?? null;
}
