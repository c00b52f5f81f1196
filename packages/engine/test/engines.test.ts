import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { loadEngine, loadNativeKernels, probeEngines } from "../src/node.ts";
import { wasmKernels } from "../src/wasm.ts";

const wasmFile = (name: string) => new Uint8Array(readFileSync(new URL(`../wasm/zoo-${name}.wasm`, import.meta.url)));

/** A module whose zoo_fused answers 0: what a machine without fused relaxed multiply-add looks like. */
const unfused = Uint8Array.of(
  ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0], // magic, version
  ...[1, 5, 1, 0x60, 0, 1, 0x7f], // type: () -> i32
  ...[3, 2, 1, 0], // one function
  ...[7, 13, 1, 9, ...Buffer.from("zoo_fused"), 0, 0], // exported
  ...[10, 6, 1, 4, 0, 0x41, 0, 0x0b], // i32.const 0
);

describe("engines", () => {
  test("wasm and reference run everywhere, and each says why it does or does not", async () => {
    const probes = await probeEngines();
    expect(probes.map(({ name }) => name)).toEqual(["native", "wasm", "reference"]);
    for (const { name, available, reason } of probes) {
      expect(reason.length, name).toBeGreaterThan(10);
      if (name !== "native") expect(available, reason).toBe(true);
    }
  });

  test("auto is native where it runs, else wasm", async () => {
    const [native] = await probeEngines();
    expect((await loadEngine("auto")).id).toMatch(native.available ? /^native-/ : /^wasm-/);
  });

  test("without a C++ compiler, native is refused with the reason and the next step", async () => {
    const before = process.env.CXX;
    process.env.CXX = "no-such-compiler";
    try {
      await expect(loadNativeKernels()).rejects.toThrow(
        "engine native cannot run here: no C++ compiler answered (tried no-such-compiler); use --engine wasm",
      );
    } finally {
      if (before === undefined) delete process.env.CXX;
      else process.env.CXX = before;
    }
  });

  test("where relaxed multiply-add rounds twice, the strict build runs", async () => {
    const { kernels, reason } = await wasmKernels({ relaxed: unfused, strict: wasmFile("strict") });
    expect(kernels.id).toBe("wasm-strict");
    expect(reason).toBe("relaxed multiply-add is rounded twice on this machine, so it is computed in float64");
  });

  test("without any SIMD, wasm is refused with the reason and the next step", async () => {
    const none = new Uint8Array();
    await expect(wasmKernels({ relaxed: none, strict: none })).rejects.toThrow(
      "engine wasm cannot run here: this runtime has no WebAssembly SIMD; use reference, or a newer runtime",
    );
  });
});

test("the core imports nothing of Node: only the files that node.ts alone imports do", () => {
  const src = new URL("../src/", import.meta.url);
  const users = (readdirSync(src, { recursive: true }) as string[]).filter(
    (file) => file.endsWith(".ts") && readFileSync(new URL(file, src), "utf8").includes('"node:'),
  );
  expect(users.sort()).toEqual(["native-build.ts", "node.ts"]);
  const imports = (readdirSync(src, { recursive: true }) as string[]).filter(
    (file) => file.endsWith(".ts") && /"\.\.?\/(native-build|node)\.ts"/.test(readFileSync(new URL(file, src), "utf8")),
  );
  expect(imports).toEqual(["node.ts"]);
});
