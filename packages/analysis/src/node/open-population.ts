import { misuse, plural } from "@zoo/cli";
import { isZooError, type Zoo, ZooError } from "@zoo/format";
import { openPartialZoo, openZoo, publishedShards } from "@zoo/format/node";

/** An opened zoo, or the published part of one. */
export interface Population {
  zoo: Zoo;
  /** Of an unfinished zoo: a sentence for `Result.definitions`. */
  unfinished?: string;
}

/**
 * Opens a zoo: a folder or an address. partial: of an unfinished one, what is published.
 * Throws ZooError `zoo-incomplete`, which says what is missing and how to go on, `bad-zoo` or `io`; `misuse` of an empty path.
 */
export async function openPopulation(path: string, partial = false): Promise<Population> {
  if (path === "") throw misuse("<zoo>", "must name a folder or an address", path);
  try {
    return { zoo: await openZoo(path) };
  } catch (e) {
    if (!isZooError(e, "zoo-incomplete") || /^https?:/i.test(path)) throw e;
    if (!partial) throw await whatIsMissing(path, e);
  }
  const { zoo, shards } = await openPartialZoo(path);
  const { published, planned } = shards;
  const unfinished = `Unfinished zoo: ${published} of ${plural(planned, "shard")} published; these are their ${plural(zoo.models.length, "model")}.`;
  return { zoo, unfinished };
}

async function whatIsMissing(path: string, e: ZooError<"zoo-incomplete">): Promise<ZooError> {
  const found = await publishedShards(path).catch(() => null); // such as of a file: the first error says it
  if (found === null) return e;
  const { published, planned } = found;
  if (published === 0 && planned === null) return e;
  const shards = planned === null ? plural(published, "shard") : `${published} of ${plural(planned, "shard")}`;
  const rest = published === 0 ? "" : ", or look at what is there with --partial";
  const message = `${path} is not finished: ${shards} published; finish it with zoo-gen resume ${path}${rest}`;
  return new ZooError("zoo-incomplete", message, { path }, { cause: e });
}
