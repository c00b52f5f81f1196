/** Until `end`, a cohort or population may be used. */
export class Lifetime {
  readonly #what: string;
  #ended = false;

  constructor(what: "cohort" | "population") {
    this.#what = what;
  }

  get ended(): boolean {
    return this.#ended;
  }

  end(): void {
    this.#ended = true;
  }

  /** Throws when the end has come. */
  check(): void {
    if (this.#ended) throw new Error(`this ${this.#what} was disposed`);
  }
}
