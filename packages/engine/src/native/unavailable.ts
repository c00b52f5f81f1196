import { ZooError } from "@zoo/format";

/** The native engine cannot run here. `reason` is a sentence without its full stop. */
export function nativeUnavailable(reason: string): ZooError<"engine-unavailable"> {
  const message = `engine native cannot run here: ${reason}; use --engine wasm`;
  return new ZooError("engine-unavailable", message, { engine: "native", reason });
}

/** The gist of what a compiler or the loader said: its first errors, else its first words. */
export function firstLines(e: unknown): string {
  const text = e instanceof Error ? (e as { stderr?: string }).stderr || e.message : String(e);
  const lines = text.trim().split("\n");
  const errors = lines.filter((line) => /\berror\b/i.test(line));
  return (errors.length > 0 ? errors : lines).slice(0, 2).join(" ");
}
