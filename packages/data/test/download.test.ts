import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rm, symlink, utimes, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { beforeEach, describe, expect, test } from "vitest";
import type { CatalogueEntry } from "../src/catalogue.ts";
import { type DownloadOptions, type DownloadProgress, downloadDataset } from "../src/download.ts";
import { file, type Handler, type Mirror, sequence, serve, status, to, truncated } from "./server.ts";
import { failure, scratch } from "./support.ts";

const md5 = (bytes: Uint8Array): string => createHash("md5").update(bytes).digest("hex");
const contents = Buffer.from(Array.from({ length: 200_000 }, (_, i) => (i * i) >> 5));
const packed = gzipSync(contents);
const half = packed.length >> 1;

function entry(...mirrors: (Mirror | { url: string })[]): CatalogueEntry {
  return {
    folders: ["set"],
    distributions: [
      {
        format: "hdf5",
        mirrors: mirrors.map(({ url }) => url),
        files: [
          {
            name: "a.gz",
            bytes: packed.length,
            md5: md5(packed),
            unpackedBytes: contents.length,
            unpackedMd5: md5(contents),
          },
        ],
      },
    ],
    stored: [1, 1],
    parts: { train: 1, test: 1 },
    mean: 0,
    std: 1,
    split: { train: 1, val: 0 },
    notes: [],
    sha256: "",
  };
}

let cacheDir: string;
let target: string;
beforeEach(async () => {
  cacheDir = await scratch();
  target = join(cacheDir, "set", "a.gz");
});

/** Downloads from `mirrors`, with waits of no length so that the tests are quick. */
async function download(mirrors: (Mirror | { url: string })[], options: DownloadOptions = {}): Promise<string[]> {
  const all = { cacheDir, env: {}, stallMs: 5_000, backoffMs: 0, ...options };
  return (await downloadDataset("set", entry(...mirrors), ["/a (cache, none of its files)"], all)).paths;
}

const names = (): Promise<string[]> => readdir(dirname(target));

/** As an earlier download leaves it. */
async function leavePart(bytes: Uint8Array, url: string, name = "a.gz.part"): Promise<void> {
  await mkdir(dirname(target), { recursive: true });
  await writeFile(join(dirname(target), name), bytes);
  await writeFile(join(dirname(target), `${name}.json`), JSON.stringify({ url: `${url}/a.gz`, validator: '"1"' }));
}

/** What the data set's folder in the cache holds. */
async function cached(): Promise<Record<string, Buffer>> {
  const folder = dirname(target);
  return Object.fromEntries(
    await Promise.all((await names()).map(async (name) => [name, await readFile(join(folder, name))] as const)),
  );
}

const complete = { "a.gz": packed };

const labelled: Handler = (_request, response) => response.writeHead(200, { "content-encoding": "gzip" }).end(packed);

const stalling: Handler = (_request, response) => {
  response.writeHead(200, { etag: '"1"', "content-length": packed.length });
  response.write(packed.subarray(0, half));
};

describe("a good server", () => {
  test("the file is downloaded into the cache, with progress up to its size", async () => {
    const mirror = await serve(file(packed));
    const progress: DownloadProgress[] = [];
    expect(await download([mirror], { onProgress: (p) => progress.push(p) })).toEqual([target]);
    expect(await cached()).toEqual(complete);
    expect(mirror.seen).toEqual([{ path: "/a.gz", range: undefined, ifRange: undefined }]);
    expect(progress.at(-1)).toEqual({
      dataset: "set",
      file: "a.gz",
      url: `${mirror.url}/a.gz`,
      receivedBytes: packed.length,
      totalBytes: packed.length,
    });
  });

  test("a file that the cache has is not asked for", async () => {
    const mirror = await serve(file(packed));
    await download([mirror]);
    expect(await download([mirror])).toEqual([target]);
    expect(mirror.seen).toHaveLength(1);
  });

  test("another packing of the same contents is as good", async () => {
    await download([await serve(file(gzipSync(contents, { level: 1 })))]);
    expect(await names()).toEqual(["a.gz"]);
  });

  test("a .gz that the server labels as an encoding is stored as it was sent", async () => {
    await download([await serve(labelled)]);
    expect(await cached()).toEqual(complete);
  });

  test("redirects are followed, but not in a circle and not to another protocol", async () => {
    const real = await serve(file(packed));
    const circle = await serve(to("/a.gz"));
    const ftp = await serve(to("ftp://127.0.0.1/a.gz"));
    const e = await failure(download([circle, ftp]));
    expect(e.message).toContain(
      `${circle.url}/a.gz (too many redirects); ${ftp.url}/a.gz (ftp: is not http: or https:)`,
    );
    await download([await serve(to(`${real.url}/a.gz`))]);
    expect(await cached()).toEqual(complete);
  });

  test("ZOO_DATA_MIRROR replaces the public mirrors", async () => {
    const mirror = await serve(file(packed));
    const options = { cacheDir, env: { ZOO_DATA_MIRROR: `${mirror.url}/base/` } };
    await downloadDataset("set", entry({ url: "http://unused.invalid" }), [], options);
    expect(mirror.seen.map(({ path }) => path)).toEqual(["/base/set/a.gz"]);
  });

  test("two downloads at once both end with the file", async () => {
    const mirror = await serve(file(packed));
    expect(await Promise.all([download([mirror]), download([mirror])])).toEqual([[target], [target]]);
    expect(await cached()).toEqual(complete);
  });
});

describe("a connection that breaks", () => {
  test("is continued where it ended, as often as it brings something", async () => {
    const step = Math.ceil(packed.length / 10);
    const mirror = await serve(truncated(packed, step));
    await download([mirror]);
    expect(await cached()).toEqual(complete);
    expect(mirror.seen).toHaveLength(10);
    expect(mirror.seen[9]).toEqual({ path: "/a.gz", range: `bytes=${9 * step}-`, ifRange: '"1"' });
  });

  test("is given up after four tries that bring nothing, keeping what came", async () => {
    const mirror = await serve(sequence(truncated(packed, half), (_request, response) => response.destroy()));
    const e = await failure(download([mirror]));
    expect(e.message).toBe(
      `set: not found. Looked in /a (cache, none of its files); ${mirror.url}/a.gz (other side closed). The download of a.gz failed. ` +
        "Next: put a.gz into <folder>/set and name <folder> as dataDir or ZOO_DATA_DIR, or run again with a network.",
    );
    expect(e).toMatchObject({ code: "data-not-found", details: { dataset: "set" } });
    expect(mirror.seen).toHaveLength(5);
    expect(await names()).toEqual(["a.gz.part", "a.gz.part.json"]);
  });

  test("names how far it came", async () => {
    const empty: Handler = (_request, response) => {
      response.writeHead(200, { "content-length": packed.length });
      response.write("", () => response.destroy());
      response.flushHeaders();
    };
    const mirror = await serve(empty);
    const e = await failure(download([mirror]));
    expect(e.message).toContain(`${mirror.url}/a.gz (the connection broke after 0 of ${packed.length} bytes)`);
    expect(await names()).toEqual([]);
  });

  test("is continued by another process", async () => {
    const mirror = await serve(file(packed));
    await leavePart(packed.subarray(0, half), mirror.url);
    await download([mirror]);
    expect(await cached()).toEqual(complete);
    expect(mirror.seen).toEqual([{ path: "/a.gz", range: `bytes=${half}-`, ifRange: '"1"' }]);
  });

  test("is continued after its process was killed, but not while it runs", async () => {
    const mirror = await serve(file(packed));
    const dead = spawnSync(process.execPath, ["-e", ""]).pid;
    for (const [pid, range] of [
      [process.pid, undefined],
      [dead, `bytes=${half}-`],
    ] as const) {
      await leavePart(packed.subarray(0, half), mirror.url, `a.gz.${hostname()}.${pid}.0123abcd.part`);
      await download([mirror]);
      expect(mirror.seen.at(-1)!.range).toBe(range);
      await rm(target);
    }
    expect(await names()).toHaveLength(2); // the part of the living process, and its note
  });

  test("is continued for another machine only when that has not written for ten minutes", async () => {
    const mirror = await serve(file(packed));
    const name = "a.gz.some.other.host.1.0123abcd.part";
    await leavePart(packed.subarray(0, half), mirror.url, name);
    await download([mirror]);
    expect(mirror.seen.at(-1)!.range).toBe(undefined);
    await rm(target);
    await utimes(join(dirname(target), name), 1_000_000_000, 1_000_000_000);
    await download([mirror]);
    expect(mirror.seen.at(-1)!.range).toBe(`bytes=${half}-`);
    expect(await cached()).toEqual(complete);
  });

  test("at the last byte needs no further request", async () => {
    const mirror = await serve(file(packed));
    await leavePart(packed, mirror.url);
    await download([mirror]);
    expect(await cached()).toEqual(complete);
    expect(mirror.seen).toEqual([]);
  });

  test("starts again when nothing proves that the file is still the same", async () => {
    const withoutEtag: Handler = (_request, response) => response.writeHead(200, { etag: 'W/"1"' }).end(packed);
    const mirror = await serve(withoutEtag);
    await leavePart(packed.subarray(0, half), "http://another.mirror");
    await download([mirror]);
    expect(await cached()).toEqual(complete);
    expect(mirror.seen).toEqual([{ path: "/a.gz", range: undefined, ifRange: undefined }]);
  });

  test("is continued with a date where there is only a weak ETag", async () => {
    const date = "Wed, 01 Jan 2020 00:00:00 GMT";
    const weak: Handler = (_request, response) => {
      response.writeHead(200, { etag: 'W/"1"', "last-modified": date, "content-length": packed.length });
      response.write(packed.subarray(0, half), () => response.destroy());
    };
    const mirror = await serve(sequence(weak, file(packed, date)));
    await download([mirror]);
    expect(await cached()).toEqual(complete);
    expect(mirror.seen[1]).toEqual({ path: "/a.gz", range: `bytes=${half}-`, ifRange: date });
  });

  test("a damaged note beside the part only means to start again", async () => {
    const mirror = await serve(file(packed));
    await leavePart(packed.subarray(0, half), mirror.url);
    await writeFile(`${target}.part.json`, "{");
    await download([mirror]);
    expect(await cached()).toEqual(complete);
  });
});

describe("a server that stalls", () => {
  test("in the middle is asked for the rest", async () => {
    const mirror = await serve(sequence(stalling, file(packed)));
    await download([mirror], { stallMs: 200 });
    expect(await cached()).toEqual(complete);
    expect(mirror.seen[1].range).toBe(`bytes=${half}-`);
  });

  test("before its first byte is given up with the reason", async () => {
    const mirror = await serve(() => {});
    const e = await failure(download([mirror], { stallMs: 200 }));
    expect(e.message).toContain(`${mirror.url}/a.gz (nothing came for 0.2 s)`);
    expect(mirror.seen).toHaveLength(4);
  });
});

describe("a server that resumes wrongly", () => {
  test("it ignores Range: the download starts again", async () => {
    const mirror = await serve((_request, response) => response.writeHead(200, { etag: '"1"' }).end(packed));
    await leavePart(packed.subarray(0, half), mirror.url);
    await download([mirror]);
    expect(await cached()).toEqual(complete);
    expect(mirror.seen).toHaveLength(1);
  });

  test("its file has changed: If-Range makes it send the whole", async () => {
    const mirror = await serve(file(packed, '"2"'));
    await leavePart(contents.subarray(0, half), mirror.url);
    await download([mirror]);
    expect(await cached()).toEqual(complete);
  });

  test("it answers with another range: what was kept is dropped", async () => {
    const other: Handler = (_request, response) =>
      response.writeHead(206, { "content-range": `bytes 0-9/${packed.length}` }).end(packed.subarray(0, 10));
    const mirror = await serve(sequence(other, file(packed)));
    await leavePart(packed.subarray(0, half), mirror.url);
    await download([mirror]);
    expect(await cached()).toEqual(complete);
    expect(mirror.seen[1].range).toBe(undefined);
  });

  test("it has less than what was kept (416): what was kept is dropped", async () => {
    const mirror = await serve(file(packed));
    await leavePart(new Uint8Array(packed.length + 1), mirror.url);
    await download([mirror]);
    expect(await cached()).toEqual(complete);
    expect(mirror.seen.map(({ range }) => range)).toEqual([`bytes=${packed.length + 1}-`, undefined]);
  });

  test("the kept part was wrong: the checksum finds it, and the download starts again", async () => {
    const mirror = await serve(file(packed));
    await leavePart(new Uint8Array(half), mirror.url);
    await download([mirror]);
    expect(await cached()).toEqual(complete);
    expect(mirror.seen.map(({ range }) => range)).toEqual([`bytes=${half}-`, undefined]);
  });
});

describe("a server without the right file", () => {
  test("404: the next mirror is asked at once", async () => {
    const missing = await serve(status(404));
    const mirror = await serve(file(packed));
    await download([missing, mirror]);
    expect(await cached()).toEqual(complete);
    expect(missing.seen).toHaveLength(1);
  });

  test("404 everywhere: every mirror is listed", async () => {
    const [a, b] = [await serve(status(404)), await serve(status(403))];
    const e = await failure(download([a, b]));
    expect(e.message).toContain(`; ${a.url}/a.gz (HTTP 404); ${b.url}/a.gz (HTTP 403). The download of a.gz failed.`);
    expect(await names()).toEqual([]);
  });

  test("503 is tried again", async () => {
    const mirror = await serve(sequence(status(503), status(429), file(packed)));
    await download([mirror]);
    expect(await cached()).toEqual(complete);
  });

  test("wrong bytes: file, address and both checksums are named, and nothing is kept", async () => {
    const wrong = gzipSync(Buffer.from("something else"));
    const mirror = await serve(file(wrong));
    const e = await failure(download([mirror]));
    expect(e.message).toBe(
      `set: ${mirror.url}/a.gz is not the published file: md5 ${md5(packed)} (or ${md5(contents)} unpacked) expected, ` +
        `found ${md5(wrong)} (${md5(Buffer.from("something else"))} unpacked). It was dropped. ` +
        `Next: get a.gz elsewhere, put it into ${dirname(target)} and run again.`,
    );
    expect(e).toMatchObject({ code: "bad-data", details: { dataset: "set", path: `${mirror.url}/a.gz` } });
    expect(mirror.seen).toHaveLength(1);
    expect(await names()).toEqual([]);
  });

  test("wrong bytes, then a good mirror: the good one is taken", async () => {
    await download([await serve(file(contents.subarray(0, 500))), await serve(file(packed))]);
    expect(await cached()).toEqual(complete);
  });

  test("far more bytes than the file can have are refused, announced or not", async () => {
    const limit = contents.length + 65_536;
    const huge = new Uint8Array(limit + 1);
    const announced = await serve(file(huge));
    const endless = await serve((_request, response) => {
      response.writeHead(200);
      const pour = (): void => {
        if (!response.destroyed) response.write(huge, pour);
      };
      pour();
    });
    const e = await failure(download([announced, endless]));
    expect(e.message).toContain(
      `${announced.url}/a.gz (it offers ${limit + 1} bytes, more than the ${limit} that the file can have); ` +
        `${endless.url}/a.gz (it sent more than the ${limit} bytes that the file can have)`,
    );
  });

  test("no server: one line, without waiting for tries", async () => {
    const mirror = await serve(status(500));
    const port = new URL(mirror.url).port;
    const closed = { url: "http://127.0.0.1:1" };
    expect(port).not.toBe("1");
    const e = await failure(download([closed, { url: "http://no-such-host.invalid" }], { backoffMs: 1_000_000 }));
    expect(e.message).toMatch(
      /http:\/\/127\.0\.0\.1:1\/a\.gz \(ECONNREFUSED\); http:\/\/no-such-host\.invalid\/a\.gz \(E\w+\)\. /,
    );
    expect(e.message).not.toContain("\n");
  });
});

describe("a cache that cannot be written", () => {
  test.skipIf(!existsSync("/dev/full"))("a full disk is one clear line, and no other mirror is asked", async () => {
    const mirror = await serve(file(packed));
    await mkdir(dirname(target), { recursive: true });
    await symlink("/dev/full", `${target}.part`);
    const e = await failure(download([mirror, mirror]));
    expect(e.message).toBe(
      `set: cannot write ${target}.part: ENOSPC. ` +
        "Free some space there or name another cache folder with XDG_CACHE_HOME; what has arrived is kept.",
    );
    expect(e).toMatchObject({ code: "io", details: { path: `${target}.part`, op: "write", errno: "ENOSPC" } });
    expect(mirror.seen).toHaveLength(1);
  });

  test("a file in the place of the folder is one clear line", async () => {
    await writeFile(dirname(target), "");
    const e = await failure(download([await serve(file(packed))]));
    expect(e.message).toContain(`set: cannot write ${target}.part: EEXIST. `);
    expect(e).toMatchObject({ code: "io" });
  });
});
