import { isZooError, ZooError, type ZooErrorCode, type ZooErrorDetails } from "@zoo/format";
import type { FoundEngine } from "../load-engine.ts";
import type { Job, Outcome, Training } from "./runner.ts";

/** With which a worker starts. */
export interface WorkerStart extends Training {
  engine: FoundEngine;
}

export type ToWorker = { type: "run"; job: Job } | { type: "abort" };

export type FromWorker =
  | { type: "ready" }
  | { type: "chunk"; modelSamples: number }
  | { type: "done"; outcome: Outcome }
  | { type: "failed"; failure: Failure };

/** An error as data: cloning one would lose the fields of a ZooError. */
export interface Failure {
  name: string;
  message: string;
  stack: string | undefined;
  zoo: { code: ZooErrorCode; details: ZooErrorDetails[ZooErrorCode] } | null;
}

export function describeFailure(e: unknown): Failure {
  const { name, message, stack } = e instanceof Error ? e : new Error(String(e));
  return { name, message, stack, zoo: isZooError(e) ? { code: e.code, details: e.details } : null };
}

export function revive({ name, message, stack, zoo }: Failure): Error {
  const Kind = name === "RangeError" ? RangeError : name === "TypeError" ? TypeError : Error;
  const error = zoo === null ? new Kind(message) : new ZooError(zoo.code, message, zoo.details);
  if (stack !== undefined) error.stack = stack;
  return error;
}
