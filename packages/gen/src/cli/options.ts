import type { EngineName } from "@zoo/engine/node";
import { ZooError } from "@zoo/format";

const engines = ["auto", "native", "wasm", "reference"] as const satisfies readonly EngineName[];

function misuse(option: string, rule: string, value: string): ZooError<"misuse"> {
  return new ZooError("misuse", `${option} must be ${rule}; got "${value}"`, { option, value });
}

/** For commander: a parser of whole numbers from `least` on. Throws ZooError `misuse`. */
export function wholeNumber(option: string, least: number, most = Number.MAX_SAFE_INTEGER) {
  return (text: string): number => {
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (value >= least && value <= most) return value;
    const range = most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`;
    throw misuse(option, `a whole number ${range}`, text);
  };
}

export function engineName(text: string): EngineName {
  const found = engines.find((name) => name === text);
  if (found === undefined) throw misuse("--engine", `one of ${engines.join(", ")}`, text);
  return found;
}
