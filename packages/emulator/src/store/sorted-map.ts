/** Long enough that 100,000 keys are 200 leaves, short enough that a splice moves 4 KiB at most. */
const LEAF = 512;

interface Leaf<K, V> {
  readonly keys: K[];
  readonly values: V[];
}

/**
 * A map in the order of its keys: an array of leaves of at most 512 keys. Finding is two binary searches; setting or
 * deleting splices one leaf, and the array of leaves only when a leaf splits or empties. So a change to n keys moves at
 * most 512 entries, plus n/256 leaf pointers once in about 256 changes.
 * @internal
 */
export class _SortedMap<K, V> {
  readonly #compare: (a: K, b: K) => number;
  #leaves: Leaf<K, V>[] = [];
  #size = 0;

  constructor(compare: (a: K, b: K) => number) {
    this.#compare = compare;
  }

  get size(): number {
    return this.#size;
  }

  get(key: K): V | undefined {
    const [leaf, index] = this.#find((other) => this.#compare(other, key) >= 0);
    return leaf && this.#compare(leaf.keys[index] as K, key) === 0 ? leaf.values[index] : undefined;
  }

  set(key: K, value: V): void {
    const [found, index, at] = this.#find((other) => this.#compare(other, key) >= 0);
    if (found && this.#compare(found.keys[index] as K, key) === 0) {
      found.values[index] = value;
      return;
    }
    this.#size++;
    // A key that belongs before the first key of a leaf goes to the end of the leaf before it, and so does a key beyond all.
    const target = index === 0 && at > 0 ? at - 1 : at;
    let leaf = this.#leaves[target];
    if (!leaf) this.#leaves.push((leaf = { keys: [], values: [] }));
    const position = target === at ? index : leaf.keys.length;
    leaf.keys.splice(position, 0, key);
    leaf.values.splice(position, 0, value);
    if (leaf.keys.length <= LEAF) return;
    // Keys that arrive in order are the usual case: then the full leaf stays full and the new one starts with one key.
    const cut = position === LEAF ? LEAF : LEAF / 2;
    this.#leaves.splice(target + 1, 0, { keys: leaf.keys.splice(cut), values: leaf.values.splice(cut) });
  }

  delete(key: K): boolean {
    const [leaf, index, at] = this.#find((other) => this.#compare(other, key) >= 0);
    if (!leaf || this.#compare(leaf.keys[index] as K, key) !== 0) return false;
    this.#size--;
    leaf.keys.splice(index, 1);
    leaf.values.splice(index, 1);
    if (leaf.keys.length === 0) this.#leaves.splice(at, 1);
    return true;
  }

  /**
   * The values from the first key on for which `reached` is true. `reached` must stay true once it is true. Read it
   * before the map changes.
   */
  *valuesFrom(reached: (key: K) => boolean): Generator<V, void, undefined> {
    const [leaf, first, at] = this.#find(reached);
    if (!leaf) return;
    for (let index = first, l = at; l < this.#leaves.length; l++, index = 0) {
      const { values } = this.#leaves[l] as Leaf<K, V>;
      for (; index < values.length; index++) yield values[index] as V;
    }
  }

  values(): Generator<V, void, undefined> {
    return this.valuesFrom(() => true);
  }

  /** The leaf, the index in it, and the index of the leaf, of the first key for which `reached` is true. */
  #find(reached: (key: K) => boolean): [leaf: Leaf<K, V> | undefined, index: number, at: number] {
    const at = firstTrue(this.#leaves.length, (i) => {
      const { keys } = this.#leaves[i] as Leaf<K, V>;
      return reached(keys[keys.length - 1] as K);
    });
    const leaf = this.#leaves[at];
    if (!leaf) return [undefined, 0, at];
    return [leaf, firstTrue(leaf.keys.length, (i) => reached(leaf.keys[i] as K)), at];
  }
}

/** The first index below `length` for which `test` is true, or `length`. */
function firstTrue(length: number, test: (index: number) => boolean): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (test(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
