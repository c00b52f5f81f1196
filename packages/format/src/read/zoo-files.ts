import { ZooError } from "../errors.ts";
import { badZoo, MAX_JSON_BYTES } from "../files/json.ts";
import type { FileEntry, Manifest } from "../files/manifest.ts";
import { parseManifest } from "../files/manifest-rules.ts";
import { MANIFEST_PATH, MODELS_PATH } from "../files/paths.ts";
import { type Hasher, toHex } from "../files/sha256.ts";
import { missingFile, type Storage } from "./storage.ts";

/** zoo.json as it lies there. Throws ZooError `zoo-incomplete` where it is missing, `bad-zoo` where it is too large. */
export async function readManifestBytes(storage: Storage): Promise<Uint8Array> {
  const size = await storage.size(MANIFEST_PATH);
  if (size === null) throw await withoutManifest(storage);
  if (size > MAX_JSON_BYTES)
    throw badZoo(MANIFEST_PATH, `the file has ${size} bytes; at most ${MAX_JSON_BYTES} are read`);
  return await storage.read(MANIFEST_PATH, 0, size);
}

/** The manifest, and the SHA-256 of its file in hexadecimal digits, which names the zoo. */
export async function readManifest(
  storage: Storage,
  hasher: () => Hasher,
): Promise<{ manifest: Manifest; sha256: string }> {
  const bytes = await readManifestBytes(storage);
  return { manifest: parseManifest(bytes), sha256: hashOf(bytes, hasher) };
}

async function withoutManifest(storage: Storage): Promise<ZooError<"zoo-incomplete">> {
  const path = storage.label;
  const others = (await storage.size(MODELS_PATH)) !== null;
  const message = others
    ? `${path}: ${MANIFEST_PATH} is missing, the other files of a zoo are there; get it again from where they came from, or finish the zoo with zoo-gen resume`
    : `${path}: has no ${MANIFEST_PATH}, so it is not a zoo, or not a finished one; check the path, or finish it with zoo-gen resume`;
  return new ZooError("zoo-incomplete", message, { path });
}

/** A whole file whose size and hash are as zoo.json, or the file `by`, states. */
export async function readFile(
  storage: Storage,
  entry: FileEntry,
  hasher: () => Hasher,
  by: string = MANIFEST_PATH,
): Promise<Uint8Array> {
  await checkSize(storage, entry, by);
  const bytes = await storage.read(entry.path, 0, entry.bytes);
  checkHash(entry, hashOf(bytes, hasher), by);
  return bytes;
}

/** Throws ZooError `io` where the file is missing, `bad-zoo` where it has another size than `by` states. */
export async function checkSize(
  storage: Storage,
  { path, bytes }: FileEntry,
  by: string = MANIFEST_PATH,
): Promise<void> {
  const size = await storage.size(path);
  if (size === null) throw missingFile(path, "read");
  if (size !== bytes) throw badZoo(path, `the file has ${size} bytes, but ${by} states ${bytes}`);
}

/** found: in hexadecimal digits. Throws ZooError `bad-zoo` where `by` states another hash. */
export function checkHash({ path, sha256 }: FileEntry, found: string, by: string = MANIFEST_PATH): void {
  if (found !== sha256) throw badZoo(path, `the SHA-256 is ${found}, but ${by} states ${sha256}; get the file again`);
}

function hashOf(bytes: Uint8Array, hasher: () => Hasher): string {
  const hash = hasher();
  hash.update(bytes);
  return toHex(hash.digest());
}
