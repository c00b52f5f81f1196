import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { wasmKernels } from "../src/kernels/wasm.ts";
import { loadEngine, loadNativeKernels, probeEngines } from "../src/node.ts";

const wasmFile = (name: string) => new Uint8Array(readFileSync(new URL(`../wasm/zoo-${name}.wasm`, import.meta.url)));

/** A module whose zoo_fused answers 0: what a machine without fused relaxed multiply-add looks like. */
const unfused = Buffer.concat(
  [
    "0061736d 01000000", // magic, version
    "01 05 01 60 00 01 7f", // type: () -> i32
    "03 02 01 00", // one function
    `07 0d 01 09 ${Buffer.from("zoo_fused").toString("hex")} 00 00`, // exported
    "0a 06 01 04 00 41 00 0b", // i32.const 0
  ].map((section) => Buffer.from(section.replaceAll(" ", ""), "hex")),
);

describe("engines", () => {
  test("wasm and reference run everywhere, and each says why it does or does not", async () => {
    const probes = await probeEngines();
    expect(probes.map(({ name }) => name)).toEqual(["native", "wasm", "reference"]);
    for (const { name, reason } of probes) {
      expect(reason.length, name).toBeGreaterThan(10);
    }
    expect(probes.slice(1).map(({ available }) => available)).toEqual([true, true]);
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

test("the core imports nothing of Node, directly or through the files that do", () => {
  const src = new URL("../src/", import.meta.url);
  const visited = new Set<string>();
  const visit = (url: URL): void => {
    if (visited.has(url.href)) return;
    visited.add(url.href);
    const text = readFileSync(url, "utf8");
    expect(text, url.href).not.toMatch(/from "(node:|@zoo\/format\/node)/);
    for (const [, path] of text.matchAll(/from "(\.[^"]+)"/g)) visit(new URL(path, url));
  };
  visit(new URL("index.ts", src));
  expect(visited.size).toBeGreaterThan(10);
});
