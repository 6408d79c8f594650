// Keeps what is typed until it has been saved. In this tab only, so that nothing is left behind on a shared machine.
// Over a lost connection, the back button, the end of the session: a form that names what it keeps (data-keep) until a
// page says that it has been saved, every other one until a page answers it. Without scripts, what was saved is kept all
// the same.

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

  boxes() {
    return [...this.form.elements].filter((box) => box.name && !Values.SECRET.includes(box.type) && box.autocomplete !== "one-time-code");
  }

  hasTexts() { return this.boxes().some((box) => ["text", "textarea", "email", "tel", "url", "number"].includes(box.type)); }

  /** Of which rows the form is, and what is done to them: two forms of one address may be of different rows. */
  about() {
    return [...this.form.elements].filter((box) => ["action", "seen"].includes(box.name) && box.type === "hidden").map((box) => box.value).join();
  }

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

const UNTIL_ANSWERED = "cqrs-portal:until-answered";
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

/** Any other form: kept while one types a text in it, and whole when the session ends; until a page answers it. */
class KeptUntilAnswered {
  constructor(form, person, at) {
    this.values = new Values(form);
    this.name = [UNTIL_ANSWERED, person, location.pathname + location.search, at, this.values.about()].join(":");
    this.asDrawn = this.values.read();
    this.putBackOrOffer(kept(this.name));
    this.values.boxes().forEach((box) => box.addEventListener("input", () => this.keepTexts()));  // some stand outside it
    form.addEventListener("submit", () => this.keepTexts(true));
    document.addEventListener("portal:session-ends", () => this.keep());
  }

  keep(sent = false) {
    const typed = this.values.read();
    if (same(typed, this.asDrawn)) sessionStorage.removeItem(this.name);
    else keep(this.name, { drawn: this.asDrawn, values: typed, [SENT]: sent });
  }

  /** Ticks alone are soon set again, and are of rows as they were seen. */
  keepTexts(sent) {
    if (this.values.hasTexts()) this.keep(sent);
  }

  /** Typed where the same stood: put back at once. Where something else stands by now: offered. A page that refuses
      what was sent has drawn it again by itself. */
  putBackOrOffer(found) {
    if (!found || refused || same(this.asDrawn, found.values)) return;
    if (same(this.asDrawn, found.drawn)) {
      this.values.write(found.values);
      say(PUT_BACK, "Leave it out", () => this.leaveOut());
    } else {
      say("You typed something here before that was not saved; what stands here has changed since.", "Put mine back", () => this.values.write(found.values));
    }
  }

  leaveOut() {
    this.values.write(this.asDrawn);
    sessionStorage.removeItem(this.name);
  }
}

const [arrival] = performance.getEntriesByType("navigation");
const refused = arrival.responseStatus >= 400;

/** What was sent is kept no longer once a page has answered it. A page that refuses it, or that one came to otherwise
    (back, anew), is no such answer: it is then kept as if it had not been sent. */
function forgetWhatIsAnswered() {
  const answered = arrival.type === "navigate" && document.referrer.startsWith(location.origin) && !refused;
  Object.keys(sessionStorage).filter((name) => name.startsWith(UNTIL_ANSWERED) && kept(name)?.[SENT]).forEach((name) => {
    if (answered) sessionStorage.removeItem(name);
    else keep(name, { ...kept(name), [SENT]: false });
  });
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
forgetWhatIsAnswered();
if (person) {
  document.querySelectorAll("main form[method=post]:not([data-keep])").forEach((form, at) => new KeptUntilAnswered(form, person, at));
}
