import { type CatalogueEntry, CLASSES, type DataFile, type Distribution } from "./catalogue.ts";
import { readUspsHdf5 } from "./hdf5.ts";
import { idxSink } from "./idx.ts";
import { parseUspsText } from "./usps.ts";
import { readVerified, type Source } from "./verify.ts";

/** uint8 images [N, pixels] at their stored size and labels [N], the train part before the test part. */
export interface Decoded {
  images: Uint8Array;
  labels: Uint8Array;
}

/** Takes the contents of one file in chunks; `end` is called when all came and their checksum was right. */
interface Sink {
  push: (chunk: Uint8Array) => void;
  end: () => void | Promise<void>;
}

/** Reads and verifies the files of `distribution` at `paths` into `out`, whose sizes the catalogue gives. */
export async function decode(
  dataset: string,
  entry: CatalogueEntry,
  distribution: Distribution,
  paths: readonly string[],
  out: Decoded,
): Promise<Source[]> {
  const sinks = formats[distribution.format](entry, distribution.files, out);
  const sources: Source[] = [];
  for (const [i, file] of distribution.files.entries()) {
    sources.push(await readVerified(dataset, paths[i], file, sinks[i].push));
    await sinks[i].end();
  }
  const wrong = out.labels.findIndex((label) => label >= CLASSES);
  if (wrong >= 0) throw new Error(`internal: ${dataset} label ${wrong} is ${out.labels[wrong]}, expected 0..9`);
  return sources;
}

/** Per format, one sink for each file, in the catalogue's order. */
const formats: Record<
  Distribution["format"],
  (entry: CatalogueEntry, files: readonly DataFile[], out: Decoded) => Sink[]
> = {
  idx: (entry, _files, out) =>
    parts(entry, out).flatMap(({ images, labels }) => [
      idxSink([labels.length, ...entry.stored], images),
      idxSink([labels.length], labels),
    ]),
  "esl-text": (entry, files, out) =>
    parts(entry, out).map(({ images, labels }, i) =>
      whole(files[i].unpackedBytes, (text) => parseUspsText(text, images, labels)),
    ),
  hdf5: (entry, files, out) =>
    files.map((file) => whole(file.unpackedBytes, (bytes) => readUspsHdf5(bytes, entry.parts, out.images, out.labels))),
};

function parts(entry: CatalogueEntry, { images, labels }: Decoded): Decoded[] {
  const { train } = entry.parts;
  const pixels = entry.stored[0] * entry.stored[1];
  return [
    { images: images.subarray(0, train * pixels), labels: labels.subarray(0, train) },
    { images: images.subarray(train * pixels), labels: labels.subarray(train) },
  ];
}

/** A sink for a format that is read in one piece of `size` bytes. */
function whole(size: number, read: (bytes: Uint8Array) => void | Promise<void>): Sink {
  const bytes = new Uint8Array(size);
  let at = 0;
  return {
    push(chunk) {
      if (at + chunk.length > size) throw new RangeError(`it has more than the ${size} bytes that were published`);
      bytes.set(chunk, at);
      at += chunk.length;
    },
    end: () => read(bytes.subarray(0, at)),
  };
}
