import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { sha256Of, updateInPieces } from "../src/hash.ts";

const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

test("several parts have the hash of their bytes one after the other", () => {
  expect(sha256Of(Buffer.from("ab"), Buffer.from(""), Buffer.from("c"))).toBe(sha256(Buffer.from("abc")));
});

test("pieces of any size give the same hash", () => {
  const bytes = Buffer.from("the decoded images and labels");
  for (const piece of [1, 2, 7, bytes.length, bytes.length + 1]) {
    const hash = createHash("sha256");
    updateInPieces(hash, bytes, piece);
    expect(hash.digest("hex")).toBe(sha256(bytes));
  }
});

test("2 GiB of bytes, which Hash.update refuses, have a hash", () => {
  // of 2 GiB of zeros, from: head -c 2147483648 /dev/zero | sha256sum
  const zeros = "a7c744c13cc101ed66c29f672f92455547889cc586ce6d44fe76ae824958ea51";
  expect(sha256Of(new Uint8Array(2 ** 31))).toBe(zeros);
});
