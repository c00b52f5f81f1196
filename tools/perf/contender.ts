import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { createInterface, type Interface } from "node:readline";

/** What a contender reports of one variant for one turn. Rates are model-samples per second, and per second of CPU time. */
export interface Row {
  peer: string;
  variant: string;
  arch: string;
  models: number;
  samples_per_s: number[];
  samples_per_cpu_s: number[];
  evaluated_per_s?: number[];
  errors?: Record<string, number>;
  setup_s?: number;
  versions?: Record<string, string>;
}

/** What a contender reports of a population's questions: model-samples per second, by question. */
export interface RatesRow {
  peer: string;
  variant: string;
  arch: string;
  models: number;
  rates: Record<string, number[]>;
  versions?: Record<string, string>;
}

/** A process that has set up and checked itself, and measures when told: ours.ts, population.ts, bench_peers.py --serve or bench_population.py. */
export class Contender<R = Row> {
  readonly name: string;
  /** Memory that it had when it was ready, if it said so. */
  readyMiB = Number.NaN;
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterator<string>;
  readonly #reader: Interface;

  private constructor(name: string, child: ChildProcessWithoutNullStreams) {
    this.name = name;
    this.#child = child;
    this.#reader = createInterface({ input: child.stdout });
    this.#lines = this.#reader[Symbol.asyncIterator]();
  }

  /** Null when the program ends before it is ready (not installed, say); its own words are on stderr. */
  static async start<R = Row>(name: string, command: readonly string[]): Promise<Contender<R> | null> {
    const child = spawn(command[0], command.slice(1), { stdio: ["pipe", "pipe", "inherit"] });
    child.on("error", () => {});
    const contender = new Contender<R>(name, child as unknown as ChildProcessWithoutNullStreams);
    const first = await contender.#lines.next();
    if (first.done) return null;
    contender.readyMiB = (JSON.parse(first.value) as { MiB?: number }).MiB ?? Number.NaN;
    return contender;
  }

  /** One turn of about `seconds` for all its variants together. */
  async measure(seconds: number): Promise<R[]> {
    this.#child.stdin.write(`${seconds}\n`);
    const rows: R[] = [];
    for (;;) {
      const { value, done } = await this.#lines.next();
      if (done) throw new Error(`${this.name} ended in the middle of a measurement`);
      if (value === "") return rows;
      rows.push(JSON.parse(value) as R);
    }
  }

  stop(): void {
    this.#child.stdin.end();
  }
}
