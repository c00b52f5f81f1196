import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { catalogue } from "../src/catalogue.ts";
import { loadDataset } from "../src/datasets.ts";
import { type LookupOptions, lookUp } from "../src/lookup.ts";
import { failure, scratch } from "./support.ts";

let root: string;
let options: LookupOptions & { dataDir: string };
beforeEach(async () => {
  root = await scratch();
  options = {
    dataDir: join(root, "given"),
    env: { ZOO_DATA_DIR: join(root, "zoo"), XDG_CACHE_HOME: join(root, "xdg") },
    cacheDir: join(root, "cache"),
    systemDir: join(root, "system"),
  };
  await mkdir(options.dataDir);
});

async function put(folder: string, ...names: string[]): Promise<string[]> {
  await mkdir(join(root, folder), { recursive: true });
  const paths = names.map((name) => join(root, folder, name));
  await Promise.all(paths.map((path) => writeFile(path, "x")));
  return paths;
}

const found = async (): Promise<string[]> => {
  const result = await lookUp("usps", catalogue.usps, options);
  return "paths" in result ? result.paths : [];
};

describe("lookUp", () => {
  test("takes dataDir before ZOO_DATA_DIR, before the cache, before the system", async () => {
    for (const place of ["system", "cache", "zoo", "given"]) {
      const paths = await put(`${place}/usps`, "zip.train.gz", "zip.test.gz");
      expect(await found()).toEqual(paths);
    }
  });

  test("takes the text files before the HDF5 file of the same folder", async () => {
    expect(await found()).toEqual([]);
    const hdf5 = await put("given/usps", "usps.h5");
    expect(await found()).toEqual(hdf5);
    const text = await put("given/usps", "zip.train.gz", "zip.test.gz");
    expect(await found()).toEqual(text);
  });

  test("takes unpacked files, and torchvision's folders", async () => {
    const names = [
      "train-images-idx3-ubyte",
      "train-labels-idx1-ubyte",
      "t10k-images-idx3-ubyte",
      "t10k-labels-idx1-ubyte",
    ];
    const paths = await put("zoo/MNIST/raw", ...names);
    expect(await lookUp("mnist", catalogue.mnist, options)).toMatchObject({ paths });
  });

  test("goes on after a folder that has only some of the files, and says so", async () => {
    await put("given/usps", "zip.train.gz");
    expect(await lookUp("usps", catalogue.usps, options)).toEqual({
      looked: [
        `${root}/given/usps (dataDir, without zip.test.gz)`,
        `${root}/zoo/usps (ZOO_DATA_DIR, none of its files)`,
        `${root}/cache/usps (cache, none of its files)`,
        `${root}/system/usps (system, none of its files)`,
      ],
    });
  });

  test("a folder with the name of a file is not the file", async () => {
    await mkdir(join(root, "given/usps/usps.h5"), { recursive: true });
    expect(await found()).toEqual([]);
  });

  test("a dataDir that is no folder is a misuse", async () => {
    options.dataDir = join(root, "mistyped");
    const e = await failure(lookUp("usps", catalogue.usps, options));
    expect(e.message).toBe(
      `usps: dataDir must be an existing folder, got "${root}/mistyped". Correct it or leave it out.`,
    );
    expect(e).toMatchObject({ code: "misuse", details: { option: "dataDir", value: `${root}/mistyped` } });
  });

  test("a place that cannot be looked at is an io error", async () => {
    options.env = { ZOO_DATA_DIR: join(root, "x".repeat(300)) };
    const e = await failure(lookUp("usps", catalogue.usps, options));
    expect(e.message).toMatch(/^usps: cannot look at .*zip\.train\.gz: ENAMETOOLONG\.$/);
    expect(e).toMatchObject({ code: "io", details: { op: "stat", errno: "ENAMETOOLONG" } });
  });
});

describe("loadDataset without data", () => {
  test("with the download off says in one line where it looked and what to do", async () => {
    const e = await failure(loadDataset("usps", { ...options, download: false }));
    expect(e.message).toBe(
      `usps: not found. Looked in ${root}/given/usps (dataDir, none of its files); ${root}/zoo/usps (ZOO_DATA_DIR, none of its files); ` +
        `${root}/cache/usps (cache, none of its files); ${root}/system/usps (system, none of its files). The download is off. ` +
        "Next: put zip.train.gz, zip.test.gz; or usps.h5 into <folder>/usps and name <folder> as dataDir or ZOO_DATA_DIR, or allow the download.",
    );
    expect(e).toMatchObject({ code: "data-not-found", details: { dataset: "usps" } });
  });

  test("an unknown name lists the known ones", async () => {
    const e = await failure(loadDataset("cifar-10" as "mnist"));
    expect(e.message).toBe('the data set must be one of mnist, fashion-mnist, usps, mnist-10k; got "cifar-10".');
    expect(e).toMatchObject({ code: "misuse" });
    await expect(loadDataset("toString" as "mnist")).rejects.toThrow('got "toString"');
  });

  test("a corrupt file that comes first ends the search, even if a later place has another", async () => {
    const [train] = await put("given/usps", "zip.train.gz", "zip.test.gz");
    await put("zoo/usps", "zip.train.gz", "zip.test.gz");
    const e = await failure(loadDataset("usps", { ...options, download: false }));
    expect(e.message).toBe(
      `usps: ${train} is not the published file: md5 c9497f4df4cd0ca10e88a356a966831e ` +
        "(or 2b7d201d93d1ef87e61421d94d761293 unpacked) expected, found 9dd4e461268c8034f5c8564e155c67a6. " +
        "Delete it or replace it; it was not used.",
    );
  });
});
