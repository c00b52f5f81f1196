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

/** A process that has set up and checked itself, and measures when told: ours.ts or bench_peers.py --serve. */
export class Contender {
  readonly name: string;
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
  static async start(name: string, command: readonly string[]): Promise<Contender | null> {
    const child = spawn(command[0], command.slice(1), { stdio: ["pipe", "pipe", "inherit"] });
    child.on("error", () => {});
    const contender = new Contender(name, child as unknown as ChildProcessWithoutNullStreams);
    const first = await contender.#lines.next();
    return first.done ? null : contender;
  }

  /** One turn of about `seconds` for all its variants together. */
  async measure(seconds: number): Promise<Row[]> {
    this.#child.stdin.write(`${seconds}\n`);
    const rows: Row[] = [];
    for (;;) {
      const { value, done } = await this.#lines.next();
      if (done) throw new Error(`${this.name} ended in the middle of a measurement`);
      if (value === "") return rows;
      rows.push(JSON.parse(value) as Row);
    }
  }

  stop(): void {
    this.#child.stdin.end();
  }
}
