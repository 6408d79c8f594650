// Keeps what is typed until it has been saved. In this tab only, so that nothing is left behind on a shared machine.
// A form that names what it keeps (data-keep) is kept while one types: over a lost connection, the back button, the end
// of the session. Every other form is kept when the session ends. Without scripts, what was saved is kept all the same.

const SENT = "sent";

function kept(name) {
  try { return JSON.parse(sessionStorage.getItem(name)); } catch { return null; }
}

function keep(name, what) {
  try { sessionStorage.setItem(name, JSON.stringify(what)); } catch { /* full or forbidden: the server keeps what is saved */ }
}

/** Figures that were sent and have been saved need not be kept: the page after them names them. */
function forget(prefix) {
  Object.keys(sessionStorage)
    .filter((name) => name.startsWith(prefix) && kept(name)?.[SENT])
    .forEach((name) => sessionStorage.removeItem(name));
}

/** What stands in a form, by name of field; several boxes may share one. Never a password, never a file. */
class Values {
  static SECRET = ["hidden", "submit", "button", "password", "file"];

  constructor(form) { this.form = form; }

  boxes() { return [...this.form.elements].filter((box) => box.name && !Values.SECRET.includes(box.type)); }

  read() {
    const values = {};
    this.boxes().forEach((box) => {
      if (["radio", "checkbox"].includes(box.type) && !box.checked) return;
      (values[box.name] ??= []).push(box.value);
    });
    return values;
  }

  write(values) {
    const left = structuredClone(values);
    this.boxes().forEach((box) => {
      if (["radio", "checkbox"].includes(box.type)) box.checked = values[box.name]?.includes(box.value) ?? false;
      else if (left[box.name]?.length) box.value = left[box.name].shift();
      box.dispatchEvent(new Event("change", { bubbles: true }));
    });
  }
}

function same(one, other) {
  const filled = (values) => Object.entries(values).filter(([, each]) => each.some(Boolean)).sort();
  return JSON.stringify(filled(one)) === JSON.stringify(filled(other));
}

/** Says above the form what became of what was typed, with a button to choose otherwise. */
function say(sentence, label, act) {
  const place = document.querySelector("[data-kept]") ?? placeAbove();
  const text = document.createElement("p");
  const button = document.createElement("button");
  place.replaceChildren(text, button);
  place.className = "nhsuk-inset-text";
  place.setAttribute("role", "status");
  text.textContent = sentence;
  button.type = "button";
  button.className = "nhsuk-button nhsuk-button--secondary nhsuk-button--small";
  button.textContent = label;
  button.addEventListener("click", () => { act(); place.hidden = true; });
  place.hidden = false;
}

function placeAbove() {
  const place = document.createElement("div");
  const title = document.querySelector("main .app-title");
  if (title) title.after(place);
  else document.querySelector("main").prepend(place);
  return place;
}

const PUT_BACK = "What you typed before, and had not saved, has been put back.";

/** A form that keeps what is typed under its own name, with the version of the figures it was drawn on. */
class Kept {
  constructor(form) {
    this.values = new Values(form);
    this.name = form.dataset.keep;
    this.version = form.dataset.keepVersion;
    this.asDrawn = this.values.read();
    this.putBackOrOffer(kept(this.name));
    form.addEventListener("input", () => this.keep(false));
    form.addEventListener("change", () => this.keep(false));
    form.addEventListener("submit", () => this.keep(true));
  }

  keep(sent) {
    keep(this.name, { version: this.version, values: this.values.read(), [SENT]: sent });
  }

  /** Typed on the same figures: put back at once. On figures that changed since: offered. */
  putBackOrOffer(found) {
    if (!found || same(this.values.read(), found.values)) return;
    if (document.querySelector(".nhsuk-error-summary")) return;
    if (found.version === this.version) {
      this.values.write(found.values);
      say(PUT_BACK, "Leave it out", () => {
        this.values.write(this.asDrawn);
        sessionStorage.removeItem(this.name);
      });
    } else {
      say("You typed figures here before that were not saved; these have changed since.", "Put mine back", () => this.values.write(found.values));
    }
  }
}

/** A form that keeps nothing by itself: kept when the session ends, and put back once on the same page. */
class KeptAtTheEnd {
  constructor(form, person, at) {
    this.values = new Values(form);
    this.name = `cqrs-portal:${person}:at-the-end:${location.pathname}${location.search}:${at}`;
    this.asDrawn = this.values.read();
    this.putBack(kept(this.name));
    document.addEventListener("portal:session-ends", () => this.keep());
  }

  keep() {
    const typed = this.values.read();
    if (!same(typed, this.asDrawn)) keep(this.name, typed);
  }

  putBack(found) {
    if (!found) return;
    sessionStorage.removeItem(this.name);
    this.values.write(found);
    say(PUT_BACK, "Leave it out", () => this.values.write(this.asDrawn));
  }
}

/** A column copied from a spreadsheet fills the boxes from this one on. */
function pasteColumn(event) {
  const lines = event.clipboardData.getData("text").replace(/\r/g, "").replace(/\n$/, "").split("\n");
  if (lines.length < 2 || event.target.tagName !== "INPUT") return;
  const boxes = [...event.currentTarget.querySelectorAll("input[type=text], input:not([type])")];
  const first = boxes.indexOf(event.target);
  if (first < 0) return;
  event.preventDefault();
  lines.slice(0, boxes.length - first).forEach((line, at) => { boxes[first + at].value = line.trim(); });
  event.currentTarget.dispatchEvent(new Event("input"));
}

const person = document.querySelector("#session-end")?.dataset.person ?? "";
document.querySelectorAll("[data-forget]").forEach((place) => forget(place.dataset.forget));
document.querySelectorAll("form[data-keep]").forEach((form) => {
  new Kept(form);
  form.addEventListener("paste", pasteColumn);
});
document.querySelectorAll("main form[method=post]:not([data-keep])").forEach((form, at) => new KeptAtTheEnd(form, person, at));
