interface Link<Member> {
  readonly member: Member;
  before: Link<Member> | null;
  after: Link<Member> | null;
}

/**
 * A set in the order of arrival, for long-lived ones through which millions of members go, a few at a time.
 *
 * A Set of V8 makes a new table every few members, and each old table keeps the next one for iterators. Once one of them is
 * old for the garbage collector, every table after it stays until the next collection of everything, with the members that
 * were in it and all that they hold: a promise, a request, a body. Under load that was a megabyte with each collection of what
 * is new. Here nothing that has left holds what came after it.
 */
export class ChurningSet<Member extends object> implements Iterable<Member> {
  readonly #links = new WeakMap<Member, Link<Member>>();
  #first: Link<Member> | null = null;
  #last: Link<Member> | null = null;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  has(member: Member): boolean {
    return this.#links.has(member);
  }

  /** Puts a member at the end; one that is there stays where it is. */
  add(member: Member): void {
    if (this.#links.has(member)) return;
    const link = { member, before: this.#last, after: null };
    if (this.#last === null) this.#first = link;
    else this.#last.after = link;
    this.#last = link;
    this.#links.set(member, link);
    this.#size += 1;
  }

  /** @returns whether it was there. */
  delete(member: Member): boolean {
    const link = this.#links.get(member);
    if (link === undefined) return false;
    const { before, after } = link;
    if (before === null) this.#first = after;
    else before.after = after;
    if (after === null) this.#last = before;
    else after.before = before;
    link.before = null;
    link.after = null;
    this.#links.delete(member);
    this.#size -= 1;
    return true;
  }

  /** Those that are here now, as long as they are; what comes meanwhile is not among them. */
  *[Symbol.iterator](): Generator<Member> {
    const members: Member[] = [];
    for (let link = this.#first; link !== null; link = link.after) members.push(link.member);
    for (const member of members) if (this.has(member)) yield member;
  }
}
