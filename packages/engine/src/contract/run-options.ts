/** Called between chunks of work with the model-samples done since the last call; real models only. */
export type OnChunk = (modelSamples: number) => void;

export interface RunOptions {
  onChunk?: OnChunk;
  /** Looked at between chunks of about 300 ms; the call then rejects with the signal's reason. */
  signal?: AbortSignal;
}
