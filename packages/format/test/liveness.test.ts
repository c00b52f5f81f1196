import { spawn } from "node:child_process";
import { expect, test } from "vitest";
import { ownerIsGone, thisProcess } from "../src/node.ts";

const told = process.platform === "linux" || process.platform === "darwin";

async function child() {
  const script = `import { thisProcess } from ${JSON.stringify(new URL("../src/node/liveness.ts", import.meta.url).href)};
    console.log(JSON.stringify(thisProcess())); setInterval(() => {}, 1000);`;
  const args = ["--import", import.meta.resolve("tsx"), "--input-type=module", "-e", script];
  const process_ = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  const line = await new Promise<string>((resolve) =>
    process_.stdout.once("data", (data: Buffer) => resolve(String(data))),
  );
  return { process: process_, owner: JSON.parse(line) as ReturnType<typeof thisProcess> };
}

test.runIf(told)("this process lives, and says the same of itself every time", () => {
  expect(thisProcess()).toEqual(thisProcess());
  expect(ownerIsGone(thisProcess())).toBe(false);
});

test.runIf(told)("a process is not gone while it runs or is stopped, and is when it was killed", async () => {
  const { process: other, owner } = await child();
  expect(owner.machine).toBe(thisProcess().machine);
  expect(ownerIsGone(owner)).toBe(false);
  other.kill("SIGSTOP");
  expect(ownerIsGone(owner)).toBe(false);
  const ended = new Promise((resolve) => other.once("close", resolve));
  other.kill("SIGKILL");
  await ended;
  expect(ownerIsGone(owner)).toBe(true);
});

test.runIf(told)("a pid that another process has now is not its former owner", () => {
  expect(ownerIsGone({ ...thisProcess(), started: "1" })).toBe(true);
});

test("of another machine, or where the system tells too little, nothing is certain", () => {
  const dead = { ...thisProcess(), pid: 2 ** 22 + 1 };
  expect(ownerIsGone({ ...dead, machine: "0123456789abcdef" })).toBe(false);
  expect(ownerIsGone({ ...dead, machine: "" })).toBe(false);
  expect(ownerIsGone({ ...dead, started: "" })).toBe(false);
});
