import type { ImageDataset, LoadOptions } from "@zoo/data";
import type { Engine } from "@zoo/engine";
import type { EngineName } from "@zoo/engine/node";
import type { Pool } from "../run/pool.ts";
import type { OnSamples } from "../run/trainer.ts";
import type { WorkerData } from "../run/worker.ts";

/** A stream of text. `columns` is set on a terminal. */
export interface Out {
  write(text: string): unknown;
  isTTY?: boolean;
  columns?: number;
}

/** All that the program touches besides the files of a zoo, so that tests can replace it. `main` fills in the real ones. */
export interface World {
  stdout: Out;
  stderr: Out;
  env: Readonly<Record<string, string | undefined>>;
  /** Milliseconds, for display only; never for anything that is stored. */
  now(): number;
  /** Bytes that this user may still write to the file system of a folder that exists. */
  freeBytes(folder: string): Promise<number>;
  /** Cores that this process may use. */
  cores: number;
  /** Calls `stop` at each SIGINT or SIGTERM until the returned function is called. */
  onStopSignal(stop: () => void): () => void;
  /** Ends the process at once. */
  exit(code: number): void;
  loadDataset(name: ImageDataset["name"], options: LoadOptions): Promise<ImageDataset>;
  loadEngine(name: EngineName): Promise<Engine>;
  probeEngines(): Promise<EngineProbe[]>;
  openPool(size: number, data: WorkerData, onSamples: OnSamples): Pool;
}

export interface EngineProbe {
  name: string;
  id: string | null;
  available: boolean;
  reason: string;
}
