// Keeps what is typed into a form until it has been saved: over a lost connection, the end of a session, the back button.
// In this tab only, so that nothing is left behind on a shared machine. Without scripts, what was saved is kept all the same.

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

class Kept {
  constructor(form) {
    this.form = form;
    this.name = form.dataset.keep;
    this.version = form.dataset.keepVersion;
    this.asDrawn = this.typed();
    this.putBackOrOffer(kept(this.name));
    form.addEventListener("input", () => this.keep(false));
    form.addEventListener("change", () => this.keep(false));
    form.addEventListener("submit", () => this.keep(true));
  }

  boxes() {
    return [...this.form.elements].filter((box) => box.name && !["hidden", "submit", "button"].includes(box.type));
  }

  typed() {
    const values = {};
    this.boxes().forEach((box) => {
      if (box.type === "radio" || box.type === "checkbox") {
        if (box.checked) values[box.name] = box.value;
      } else {
        values[box.name] = box.value;
      }
    });
    return values;
  }

  keep(sent) {
    keep(this.name, { version: this.version, values: this.typed(), [SENT]: sent });
  }

  /** Typed on the same figures: put back at once. On figures that changed since: offered. */
  putBackOrOffer(found) {
    if (!found || this.same(found.values)) return;
    if (document.querySelector(".nhsuk-error-summary")) return;
    if (found.version === this.version) {
      this.putBack(found.values);
      this.say("What you typed before, and had not saved, has been put back.", "Leave it out", () => {
        this.putBack(this.asDrawn);
        sessionStorage.removeItem(this.name);
      });
    } else {
      this.say("You typed figures here before that were not saved; these have changed since.", "Put mine back", () => this.putBack(found.values));
    }
  }

  same(values) {
    const now = this.typed();
    return [...new Set([...Object.keys(now), ...Object.keys(values)])].every((name) => (now[name] ?? "") === (values[name] ?? ""));
  }

  putBack(values) {
    this.boxes().forEach((box) => {
      if (box.type === "radio" || box.type === "checkbox") box.checked = values[box.name] === box.value;
      else if (box.name in values) box.value = values[box.name];
    });
  }

  say(sentence, label, act) {
    const place = document.querySelector("[data-kept]");
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

document.querySelectorAll("[data-forget]").forEach((place) => forget(place.dataset.forget));
document.querySelectorAll("form[data-keep]").forEach((form) => {
  new Kept(form);
  form.addEventListener("paste", pasteColumn);
});
