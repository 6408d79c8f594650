// The portal's own behaviour: what is ticked in a list, counted and summed. Everything works without it.

const source = document.querySelector("script[data-design-system]").dataset.designSystem;
import(source).then(({ initAll }) => initAll());

const pounds = new Intl.NumberFormat("en-GB", { style: "currency", currency: "GBP" });

/** Pence of a Decimal as text: exact, no floating point on the way. */
function pence(text) {
  const [whole, part = ""] = text.replace("-", "").split(".");
  const amount = Number(whole) * 100 + Number(part.padEnd(2, "0").slice(0, 2));
  return text.startsWith("-") ? -amount : amount;
}

function worded(sum) {
  return (sum < 0 ? "\u2212" : "") + pounds.format(Math.abs(sum) / 100);
}

class Selection {
  constructor(form) {
    const list = form.dataset.selection;
    this.boxes = [...document.querySelectorAll(`#${list} tbody input[type=checkbox][form="${form.id}"]`)];
    this.all = document.querySelector(`[data-select-all="${list}"]`);
    this.bars = [...document.querySelectorAll(`[data-selection-bar="${list}"]`)];
    this.matching = document.querySelector(`#${list}-matching`);
    this.boxes.forEach((box) => box.addEventListener("change", () => this.show()));
    this.all?.addEventListener("change", () => this.tickAll(this.all.checked));
    this.matching?.addEventListener("change", () => this.show());
    this.show();
  }

  tickAll(ticked) {
    this.boxes.forEach((box) => { box.checked = ticked; });
    this.show();
  }

  show() {
    const ticked = this.boxes.filter((box) => box.checked);
    const whole = this.boxes.length > 0 && ticked.length === this.boxes.length;
    if (this.all) {
      this.all.checked = whole;
      this.all.indeterminate = ticked.length > 0 && !whole;
    }
    this.offerMatching(whole);
    this.bars.forEach((bar) => { bar.querySelector("[data-selection-state]").textContent = this.sentence(ticked); });
  }

  offerMatching(whole) {
    if (!this.matching) return;
    if (!whole) this.matching.checked = false;
    this.matching.closest("[data-selection-matching]").hidden = !whole;
  }

  sentence(ticked) {
    if (this.matching?.checked) {
      return this.matching.closest("[data-selection-matching]").dataset.selectionMatching.replace("Select all", "All") + " selected";
    }
    const sum = ticked.reduce((total, box) => total + pence(box.dataset.amount ?? "0"), 0);
    const adds = this.boxes.some((box) => box.dataset.amount);
    return `${ticked.length.toLocaleString("en-GB")} selected${adds && ticked.length ? `, ${worded(sum)}` : ""}`;
  }
}

document.querySelectorAll("form[data-selection]").forEach((form) => new Selection(form));
