import {
  chmodSync,
  chownSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { loadNativeKernels } from "../src/load-engine.ts";
import { type BuiltNative, buildNative, loadBuilt } from "../src/native/load-native.ts";
import { type FakeCompiler, fakeCompiler } from "./support/fake-compiler.ts";

/** The addon of this machine; null where there is none. */
const real = await buildNative().catch(() => null);
let fake: FakeCompiler;
beforeEach(() => {
  fake = fakeCompiler();
});
afterEach(() => fake.restore());

const failure = async (promise: Promise<unknown>): Promise<string> =>
  await promise.then(
    () => "nothing failed",
    (e: Error) => e.message,
  );
const mode = (path: string): string => (statSync(path).mode & 0o777).toString(8);
const refusal = (path: string, fault: string): string =>
  `engine native cannot run here: ${path} ${fault}, so no code is loaded from there; ` +
  "remove it, or name another cache in XDG_CACHE_HOME; use --engine wasm";

describe("the cache of compiled kernels", () => {
  test("is this user's alone: the folder and the file have mode 0700 whatever the umask", async () => {
    const umask = process.umask(0);
    try {
      const { file } = await buildNative();
      expect(dirname(file)).toBe(fake.engineFolder);
      expect([mode(fake.engineFolder), mode(file)]).toEqual(["700", "700"]);
      expect(readdirSync(fake.engineFolder).length).toBe(1);
    } finally {
      process.umask(umask);
    }
  });

  test("is compiled into once", async () => {
    const first = await buildNative();
    expect(fake.calls()).toEqual(["--version", "-march=native", "-O3"]);
    expect(await buildNative()).toEqual(first);
    expect(fake.calls().slice(3)).toEqual(["--version", "-march=native"]);
  });

  test("loses what compilations left that were killed more than an hour ago", async () => {
    const { file } = await buildNative();
    rmSync(file);
    const attempt = (id: string) => `${file}.${id}${"0".repeat(7)}-0000-0000-0000-000000000000`;
    const anHourAgo = Date.now() / 1000 - 3601;
    for (const path of [attempt("a"), attempt("b"), join(fake.engineFolder, "other")]) {
      writeFileSync(path, "");
      if (path !== attempt("b")) utimesSync(path, anHourAgo, anHourAgo);
    }
    await buildNative();
    const kept = [file, attempt("b")].map((path) => basename(path));
    expect(readdirSync(fake.engineFolder).sort()).toEqual([...kept, "other"].sort());
  });

  const compilations = () => fake.calls().filter((call) => call === "-O3").length;

  test("is compiled into twice and then given up where what was compiled does not load", async () => {
    await expect(loadNativeKernels()).rejects.toThrow("engine native cannot run here: the kernels do not load: ");
    expect(compilations()).toBe(2);
  });

  test.skipIf(real === null)("is compiled into once more when what is there does not load", async () => {
    await buildNative();
    fake.compileTo(real?.file ?? "");
    const { kernels } = await loadNativeKernels();
    expect([kernels.id, compilations()]).toEqual(["native-avx2", 2]);
    await loadNativeKernels();
    expect(compilations()).toBe(2);
  });

  test("lies in a folder that others cannot write to, even one that umask 002 made", async () => {
    mkdirSync(dirname(fake.engineFolder));
    chmodSync(dirname(fake.engineFolder), 0o775);
    await buildNative();
    expect(mode(dirname(fake.engineFolder))).toBe("755");
  });

  test("has other kernels for a processor of the same name with masked instructions", async () => {
    const { file } = await buildNative();
    fake.define("__x86_64__", "__FMA__", "__AVX2__", "__GFNI__");
    const other = await buildNative();
    expect(other.id).toBe("native-avx2");
    expect(other.file).not.toBe(file);
  });

  test("says what the processor lacks, or what the compiler does not know", async () => {
    fake.define("__x86_64__");
    await expect(buildNative()).rejects.toThrow("knows no fused multiply-add for this processor; use --engine wasm");
    fake.define("__aarch64__");
    expect((await buildNative()).id).toBe("native-neon");
  });
});

describe("code that others could have written is not loaded", () => {
  let built: BuiltNative;
  beforeEach(async () => {
    built = await buildNative();
  });
  /** Why neither a thread that may compile nor one that got the path loads it; both for the same reason. */
  const whyNot = async (): Promise<string> => {
    const [compiling, loading] = await Promise.all(
      [buildNative(), loadBuilt(built)].map((loading) => failure(loading)),
    );
    expect(loading).toBe(compiling);
    return compiling;
  };

  test("from a folder that is open to others", async () => {
    chmodSync(fake.engineFolder, 0o775);
    expect(await whyNot()).toBe(refusal(fake.engineFolder, "has mode 775, not 700"));
  });

  test("below a folder that others can write to", async () => {
    const parent = dirname(fake.engineFolder);
    chmodSync(parent, 0o777);
    expect(await failure(loadBuilt(built))).toBe(refusal(parent, "has mode 777, which lets others write"));
  });

  test("from a file that is open to others", async () => {
    chmodSync(built.file, 0o722);
    expect(await whyNot()).toBe(refusal(built.file, "has mode 722, not 700"));
  });

  test("through a link in place of the folder or of the file", async () => {
    renameSync(built.file, `${built.file}.elsewhere`);
    symlinkSync(`${built.file}.elsewhere`, built.file);
    expect(await whyNot()).toBe(refusal(built.file, "is no plain file"));
    renameSync(fake.engineFolder, `${fake.engineFolder}.elsewhere`);
    symlinkSync(`${fake.engineFolder}.elsewhere`, fake.engineFolder);
    expect(await whyNot()).toBe(refusal(fake.engineFolder, "is no plain folder"));
  });

  test.skipIf(process.geteuid?.() !== 0)("of another user (only root can try this)", async () => {
    chownSync(built.file, 1234, 1234);
    expect(await whyNot()).toBe(refusal(built.file, "belongs to user 1234, not to user 0"));
    for (const folder of [fake.engineFolder, dirname(fake.engineFolder)]) {
      chownSync(folder, 1234, 1234);
      expect(await whyNot()).toBe(refusal(folder, "belongs to user 1234, not to user 0"));
    }
  });

  test("that is gone, is a folder, or is no addon", async () => {
    await expect(loadBuilt(built)).rejects.toThrow("engine native cannot run here: the kernels do not load: ");
    rmSync(built.file);
    await expect(loadBuilt(built)).rejects.toThrow(`${built.file} is gone from the cache; use --engine wasm`);
    mkdirSync(built.file);
    expect(await whyNot()).toBe(refusal(built.file, "is no plain file"));
  });
});
