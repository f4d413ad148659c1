/** Numbers of which the least comes out first. */
export class NumberHeap {
  readonly #numbers: number[] = [];

  push(number: number): void {
    const numbers = this.#numbers;
    let place = numbers.length;
    while (place > 0) {
      const parent = (place - 1) >>> 1;
      const above = numbers[parent] as number;
      if (above <= number) break;
      numbers[place] = above;
      place = parent;
    }
    numbers[place] = number;
  }

  /** Takes the least number out; undefined where there is none. */
  pop(): number | undefined {
    const numbers = this.#numbers;
    const least = numbers[0];
    const last = numbers.pop();
    const count = numbers.length;
    if (last === undefined || count === 0) return least;
    let place = 0;
    for (let child = 1; child < count; child = 2 * place + 1) {
      if (child + 1 < count && (numbers[child + 1] as number) < (numbers[child] as number)) child += 1;
      const below = numbers[child] as number;
      if (below >= last) break;
      numbers[place] = below;
      place = child;
    }
    numbers[place] = last;
    return least;
  }
}
