import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, openSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test, vi } from "vitest";

// Each test starts a process that compiles its sources; it may have to wait for a core.
vi.setConfig({ testTimeout: 120_000 });

const flags = ["--conditions=@zoo/source", "--import", import.meta.resolve("tsx"), "--input-type=module"];

/** A command line of its own process, whose only command runs `action`; stdin is a pipe, and stdout what is given. */
function start(action: string, stdout: "pipe" | number = "pipe") {
  const code = `
    import { once } from "node:events";
    import { realWorld, runCli, untilStopped } from "@zoo/cli";
    const world = realWorld();
    const build = (program, done) => program.action(async () => { ${action} });
    process.exitCode = await runCli({ name: "zoo-test", version: "1", world, argv: [], build });
  `;
  const child = spawn(process.execPath, [...flags, "-e", code], {
    cwd: fileURLToPath(new URL("..", import.meta.url)),
    stdio: ["pipe", stdout, "pipe"],
  });
  let err = "";
  child.stderr?.on("data", (chunk: Buffer) => (err += String(chunk)));
  const exit = new Promise<{ code: number | null; signal: string | null; err: string }>((resolve) => {
    child.on("close", (code, signal) => resolve({ code, signal, err }));
  });
  return { child, exit, heard: (text: string) => vi.waitUntil(() => err.includes(text), { timeout: 60_000 }) };
}

/** Closes a pipe of a child and lets it go on. */
function closePipe(child: ChildProcess, pipe: "stdout" | "stderr"): void {
  child[pipe]?.destroy();
  child.stdin?.end("go on\n");
}

const writes = (stream: string): string =>
  `await once(process.stdin, "data");
   for (let i = 0; i < 100; i++) { world.${stream}.write("x".repeat(1000) + "\\n"); await new Promise((done) => setTimeout(done, 1)); }`;

test.each([0, 1])("a reader of stdout that goes away does not change the exit code %i", async (code) => {
  const { child, exit } = start(`${writes("stdout")} done(${code});`);
  closePipe(child, "stdout");
  expect(await exit).toEqual({ code, signal: null, err: "" });
});

test("a reader of stderr that goes away does not end the work", async () => {
  const { child, exit } = start(writes("stderr"));
  closePipe(child, "stderr");
  expect(await exit).toMatchObject({ code: 0, signal: null });
});

test.skipIf(!existsSync("/dev/full"))("a stdout that takes nothing is a failure, in one line", async () => {
  const { exit } = start(`world.stdout.write("x"); process.stdin.destroy();`, openSync("/dev/full", "w"));
  expect(await exit).toEqual({ code: 1, signal: null, err: "cannot write to stdout (ENOSPC)\n" });
});

const waits = `process.stdin.resume(); await untilStopped(world, async (signal) => {
  world.stderr.write("ready\\n");
  if (!signal.aborted) await once(signal, "abort");
  world.stderr.write("stopping\\n");`;

test.each(["SIGINT", "SIGTERM"] as const)("%s asks the command to stop, which ends with 1", async (signal) => {
  const { child, exit, heard } = start(`${waits} process.stdin.destroy(); signal.throwIfAborted(); });`);
  await heard("ready");
  child.kill(signal);
  expect(await exit).toEqual({ code: 1, signal: null, err: "ready\nstopping\nzoo-test: stopped\n" });
});

test.each([
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const)("a second %s ends a command that does not stop, with %i", async (signal, code) => {
  const { child, exit, heard } = start(`${waits} await once(process.stdin, "end"); });`);
  await heard("ready");
  child.kill(signal);
  await heard("stopping");
  child.kill(signal);
  expect(await exit).toMatchObject({ code, signal: null });
});
