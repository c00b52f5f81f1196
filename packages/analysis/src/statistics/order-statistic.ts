/**
 * The number that would be at `place` (0 is the least) of ascending numbers without NaN, in linear time: Hoare's selection, which
 * reorders `values` so that none before `place` is greater and none after it smaller.
 */
export function orderStatistic(values: Float64Array, place: number): number {
  if (!(Number.isInteger(place) && place >= 0 && place < values.length)) {
    throw new RangeError(`orderStatistic: place must be an index of ${values.length} numbers, got ${place}`);
  }
  let [low, high] = [0, values.length - 1];
  while (low < high) {
    const pivot = middleOf(values[low], values[(low + high) >>> 1], values[high]);
    let [i, j] = [low, high];
    while (i <= j) {
      while (values[i] < pivot) i++;
      while (values[j] > pivot) j--;
      if (i > j) break;
      const kept = values[i];
      values[i++] = values[j];
      values[j--] = kept;
    }
    if (place <= j) high = j;
    else if (place >= i) low = i;
    else break;
  }
  return values[place];
}

function middleOf(a: number, b: number, c: number): number {
  return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
}
