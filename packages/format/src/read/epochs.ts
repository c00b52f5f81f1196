/** Which epochs an array or a table has, and where; ascending. */
export class Epochs {
  readonly list: readonly number[];
  readonly #what: string;
  readonly #indexOf: Map<number, number>;

  /** what: for messages, "weights" for example. */
  constructor(list: readonly number[], what: string) {
    this.list = list;
    this.#what = what;
    this.#indexOf = new Map(list.map((epoch, e) => [epoch, e]));
  }

  get last(): number {
    return this.list[this.list.length - 1];
  }

  /** Position of `epoch` in the list. Throws RangeError, with the list, where it is not there. */
  index(epoch: number): number {
    const e = this.#indexOf.get(epoch);
    if (e !== undefined) return e;
    throw new RangeError(
      `the zoo has no ${this.#what} of epoch ${epoch}; it has ${describe(this.list)} (0 is the initialisation)`,
    );
  }
}

const SHOWN = 12;

/** "0 to 50", or the single epochs. */
function describe(list: readonly number[]): string {
  const last = list[list.length - 1];
  if (list.length > 2 && last - list[0] === list.length - 1) return `${list[0]} to ${last}`;
  if (list.length <= SHOWN) return list.join(", ");
  return `${list.slice(0, SHOWN - 1).join(", ")}, ... ${last}`;
}
