// Turns <input data-suggest-url> into an accessible combobox with a listbox (WAI-ARIA 1.2, list autocomplete).
//
// The input keeps working as plain text without this file. `data-suggest-url` answers ?q= with [{"id", "name", "detail"}];
// the chosen id goes into the form's hidden input named by `data-suggest-target` and is emptied when the text changes.
// A choice sends a bubbling "suggest" event whose detail is the chosen item.

import { api } from "./api.js";

const PAUSE_MS = 180;
let comboboxes = 0;

class Combobox {
  constructor(input) {
    this.input = input;
    this.id = `suggest-${++comboboxes}`;
    this.items = [];
    this.active = -1;
    this.target = input.dataset.suggestTarget ? input.form?.elements.namedItem(input.dataset.suggestTarget) : null;
    this.build();
    input.addEventListener("input", () => this.typed());
    input.addEventListener("keydown", (event) => this.pressed(event));
    input.addEventListener("blur", () => this.close());
  }

  build() {
    const { input } = this;
    const label = input.labels?.[0]?.firstChild?.textContent.trim();
    const frame = document.createElement("span");
    frame.className = "combobox";
    input.replaceWith(frame);
    this.list = document.createElement("ul");
    Object.assign(this.list, { id: this.id, className: "combobox-list", hidden: true });
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-label", label || "Suggestions");
    this.list.addEventListener("pointerdown", (event) => event.preventDefault());
    this.list.addEventListener("click", (event) => this.clicked(event));
    this.note = document.createElement("span");
    this.note.className = "combobox-note visually-hidden";
    this.note.setAttribute("aria-live", "polite");
    frame.append(input, this.list, this.note);
    input.autocomplete = "off";
    const roles = { role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": this.id };
    for (const [name, value] of Object.entries(roles)) input.setAttribute(name, value);
  }

  typed() {
    if (this.target) this.target.value = "";
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.ask(), PAUSE_MS);
  }

  async ask() {
    this.request?.abort();
    const query = this.input.value.trim();
    if (query.length < Number(this.input.dataset.suggestLength || 1)) return this.close();
    this.request = new AbortController();
    const url = new URL(this.input.dataset.suggestUrl, location.href);
    url.searchParams.set("q", query);
    try {
      this.show(await api(url, { signal: this.request.signal }));
    } catch (problem) {
      if (problem.name === "AbortError") return;
      this.close();
      this.note.textContent = "Suggestions are not available; your text is kept.";
    }
  }

  show(items) {
    if (document.activeElement !== this.input) return;
    this.items = items;
    this.list.replaceChildren(...items.map((item, index) => this.option(item, index)));
    this.open(items.length > 0);
    this.mark(-1);
    this.note.textContent = items.length === 0 ? "No suggestions; your text is kept."
      : `${items.length} ${items.length === 1 ? "suggestion" : "suggestions"}. Use the arrow keys.`;
  }

  option(item, index) {
    const option = document.createElement("li");
    option.id = `${this.id}-${index}`;
    option.setAttribute("role", "option");
    option.setAttribute("aria-selected", "false");
    const name = document.createElement("span");
    name.textContent = item.name;
    option.append(name);
    if (item.detail) {
      const detail = document.createElement("small");
      detail.textContent = item.detail;
      option.append(detail);
    }
    return option;
  }

  pressed(event) {
    if (event.isComposing) return;
    const shown = !this.list.hidden;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (shown) this.step(event.key === "ArrowDown" ? 1 : -1);
      else if (this.items.length) this.open(true);
      else this.ask();
    } else if (event.key === "Enter" && shown && this.active >= 0) {
      event.preventDefault();
      this.choose(this.active);
    } else if (event.key === "Escape" && shown) {
      event.preventDefault();
      this.close();
    }
  }

  step(by) {
    const places = this.items.length + 1;
    this.mark(((this.active + 1 + by + places) % places) - 1);
  }

  mark(index) {
    this.list.children[this.active]?.setAttribute("aria-selected", "false");
    this.active = index;
    const option = this.list.children[index];
    if (!option) return this.input.removeAttribute("aria-activedescendant");
    option.setAttribute("aria-selected", "true");
    option.scrollIntoView({ block: "nearest" });
    this.input.setAttribute("aria-activedescendant", option.id);
  }

  clicked(event) {
    const index = [...this.list.children].indexOf(event.target.closest("li"));
    if (index >= 0) this.choose(index);
  }

  choose(index) {
    const item = this.items[index];
    this.input.value = item.name;
    if (this.target) this.target.value = item.id;
    this.items = [];
    this.close();
    this.note.textContent = `${item.name} chosen.`;
    this.input.dispatchEvent(new CustomEvent("suggest", { bubbles: true, detail: item }));
  }

  open(shown) {
    this.list.hidden = !shown;
    this.input.setAttribute("aria-expanded", String(shown));
  }

  close() {
    clearTimeout(this.timer);
    this.request?.abort();
    this.mark(-1);
    this.open(false);
  }
}

/** Enhances every such input under `root`; call it again for markup added later. */
export function enhance(root = document) {
  for (const input of root.querySelectorAll("input[data-suggest-url]:not([role=combobox])")) new Combobox(input);
}

enhance();
