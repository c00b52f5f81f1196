import { deriveLayout } from "@zoo/format";
import type { RunOptions, WeightSource } from "../contract/engine.ts";
import { inSharedMemory } from "./arrays.ts";
import type { Executor } from "./executor.ts";
import { groupSize } from "./group-size.ts";
import type { Answers, PopulationQuery, Question } from "./questions.ts";

/** The answer about models first .. first + count - 1. */
export interface PieceAnswer<Q extends Question> {
  first: number;
  count: number;
  answer: Answers[Q];
}

/**
 * Asks about any number of models: in pieces of `groupSize` models, on all workers, answers in the order of the models. At most one
 * piece more than workers is in memory, so weights may be read from a zoo as they are needed. Arrays whose leading axis is M
 * (images per model, cotangents, vectors) are cut along with the weights.
 *
 * Leaving the loop, an error, or the signal ends the pieces in flight.
 */
export async function* askAll<Q extends Question>(
  executor: Executor,
  query: PopulationQuery<Q, WeightSource>,
  { signal, onChunk }: RunOptions = {},
): AsyncGenerator<PieceAnswer<Q>> {
  const cutter = new Cutter(query as PopulationQuery<Question, WeightSource>);
  const size = groupSize(cutter.M, executor);
  const stop = new AbortController();
  const onAbort = (): void => stop.abort(signal?.reason);
  signal?.throwIfAborted();
  signal?.addEventListener("abort", onAbort);
  const options = { signal: stop.signal, ...(onChunk && { onChunk }) };
  const inFlight: Promise<PieceAnswer<Q>>[] = [];
  let next = 0;
  const launch = (): void => {
    const first = next;
    const count = Math.min(size, cutter.M - first);
    next += count;
    const piece = cutter
      .piece(first, count)
      .then((query) => executor.ask(query as PopulationQuery<Q>, options))
      .then((answer) => ({ first, count, answer }));
    piece.catch(() => {}); // told when its turn comes, or not at all
    inFlight.push(piece);
  };
  try {
    while (next < cutter.M && inFlight.length <= executor.size) launch();
    for (let piece = inFlight.shift(); piece !== undefined; piece = inFlight.shift()) {
      const done = await piece;
      if (next < cutter.M) launch();
      yield done;
    }
  } finally {
    stop.abort();
    await Promise.allSettled(inFlight);
    signal?.removeEventListener("abort", onAbort);
  }
}

/** Cuts a query by models. */
class Cutter {
  readonly M: number;
  readonly #query: PopulationQuery<Question, WeightSource>;

  constructor(query: PopulationQuery<Question, WeightSource>) {
    const { weights, architecture, batch } = query;
    const { D } = deriveLayout(architecture);
    this.M = "models" in weights ? weights.models : weights.length / D;
    if (!Number.isInteger(this.M)) {
      throw new RangeError(`weights [M, ${D}] cannot have ${(weights as Float32Array).length} elements`);
    }
    this.#query = batch.perModel ? query : { ...query, batch: inSharedMemory(batch) };
  }

  async piece(first: number, count: number): Promise<PopulationQuery> {
    const query = this.#query;
    const { weights, batch } = query;
    const rows = <A extends Float32Array | Uint8Array>(array: A): A => {
      const row = array.length / this.M;
      return array.subarray(first * row, (first + count) * row) as A;
    };
    const common = {
      weights: "models" in weights ? await weights.read(first, count) : rows(weights),
      batch: batch.perModel ? { ...batch, images: rows(batch.images) } : batch,
    };
    switch (query.question) {
      case "gradients": {
        const { cotangents, ...rest } = query.wanted;
        return { ...query, ...common, wanted: { ...rest, ...(cotangents && { cotangents: rows(cotangents) }) } };
      }
      case "hessianVectorProduct":
        return { ...query, ...common, vectors: rows(query.vectors) };
      default:
        return { ...query, ...common };
    }
  }
}
