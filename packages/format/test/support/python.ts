import { spawnSync } from "node:child_process";
import type { TestContext } from "vitest";

/** Runs a script with the Python of ZOO_PYTHON and returns what it prints; without one, skips the test and says so. */
export function runPython(context: TestContext, script: string, args: readonly string[]): string {
  const python = process.env.ZOO_PYTHON;
  if (python === undefined || python === "") {
    const reason = "ZOO_PYTHON names no Python with numpy, pandas, pyarrow, safetensors and torch";
    if ((process.env.ZOO_REQUIRE ?? "").split(",").includes("python"))
      throw new Error(`${reason}, but ZOO_REQUIRE has python`);
    console.warn(`skipped: ${reason}`);
    return context.skip(reason);
  }
  const { stdout, stderr, status } = spawnSync(python, [script, ...args], {
    encoding: "utf8",
    env: { ...process.env, PYTHONDONTWRITEBYTECODE: "1" },
  });
  if (status !== 0) throw new Error(`${script} ended with ${status}: ${stdout}${stderr}`);
  return stdout;
}
