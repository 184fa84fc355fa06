// What the rules of the conference say of each slot: as the server told it, never worked out here.

const WORDS = { block: "Blocks the release", warn: "Warning" };

export class Concerns {
  #told = [];
  #supposed = null;
  #bySlot = new Map();

  /** Everything that breaks a rule now. */
  load(told) {
    this.#told = told;
    this.#supposed = null;
    this.#sort();
  }

  /** All that concerns one slot, from now on: whatever else is known stays as it is. */
  learn(id, found) {
    this.#told = [...this.#without(id), ...found];
    this.#supposed = null;
    this.#sort();
  }

  /** The same as long as the slot is held over a place; `null` when it is let go. */
  suppose(id, found) {
    this.#supposed = found && { id, found };
    this.#sort();
  }

  of(id) {
    return this.#bySlot.get(id) ?? [];
  }

  /** The gravest severity among what concerns a slot, or empty. */
  severity(id) {
    const found = this.of(id);
    return found.some((one) => one.severity === "block") ? "block" : (found[0]?.severity ?? "");
  }

  /** Sentences, gravest first; empty when all is well. */
  words(id) {
    return this.of(id).map((one) => `${WORDS[one.severity]}: ${one.text}`);
  }

  #without(id) {
    return this.#told.filter((one) => !one.slot_ids.includes(id));
  }

  #sort() {
    const all = this.#supposed ? [...this.#without(this.#supposed.id), ...this.#supposed.found] : this.#told;
    this.#bySlot = new Map();
    for (const one of all.toSorted((a, b) => a.severity.localeCompare(b.severity))) {
      for (const id of one.slot_ids) {
        if (!this.#bySlot.has(id)) this.#bySlot.set(id, []);
        this.#bySlot.get(id).push(one);
      }
    }
  }
}

/** Asks one question at a time; of those that come up meanwhile only the last about each slot is asked at all. */
export class Asker {
  #ask;
  #wanted = new Map();
  #isAsking = false;

  constructor(ask) {
    this.#ask = ask;
  }

  /** `tell` hears what a slot would break at a place, unless another place was asked for in the meantime. */
  async want(slot, place, tell) {
    this.#wanted.set(slot.id, { slot, place, tell });
    if (this.#isAsking) return;
    this.#isAsking = true;
    for (let next = this.#take(); next; next = this.#take()) {
      const found = await this.#ask(next.slot, next.place);
      if (found && !this.#wanted.has(next.slot.id)) next.tell(found);
    }
    this.#isAsking = false;
  }

  #take() {
    const [first] = this.#wanted.values();
    this.#wanted.delete(first?.slot.id);
    return first;
  }
}
