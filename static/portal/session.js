// Warns before the session ends, and keeps what is typed when it does. The server alone knows how long is left:
// another tab may have put the end off, and asking puts it off by nothing. A page that answers what was sent, and cannot
// be opened by its address, names the one to come back to (data-session-next).

const SECOND = 1000, ASK_EVERY = 15;

function worded(seconds) {
  const minutes = Math.ceil(seconds / 60);
  if (seconds > 60) return `${minutes} minutes`;
  return seconds === 1 ? "1 second" : `${Math.max(0, seconds)} seconds`;
}

class SessionEnd {
  constructor(dialog) {
    this.dialog = dialog;
    this.title = document.title;
    this.left = dialog.querySelector("[data-session-left]");
    this.said = dialog.querySelector("[data-session-said]");
    this.stay = dialog.querySelector("[data-session-stay]");
    this.stay.addEventListener("submit", (event) => { event.preventDefault(); this.putOff(); });
    dialog.addEventListener("cancel", (event) => { event.preventDefault(); this.putOff(); });
    document.addEventListener("visibilitychange", () => { if (!document.hidden) this.ask(); });
    this.endsIn(Number(dialog.dataset.left));
    setInterval(() => this.tick(), SECOND);
  }

  endsIn(seconds) {
    this.endsAt = Date.now() + seconds * SECOND;
    this.askedAt = Date.now();
    if (seconds > Number(this.dialog.dataset.warn)) this.close();
  }

  tick() {
    const seconds = Math.round((this.endsAt - Date.now()) / SECOND);
    if (seconds > Number(this.dialog.dataset.warn)) return;
    if (!this.dialog.open || Date.now() - this.askedAt > ASK_EVERY * SECOND || seconds <= 0) this.ask();
    if (this.dialog.open) this.show(seconds);
  }

  async ask() {
    if (this.asking) return;
    this.asking = true;
    this.askedAt = Date.now();
    try {
      const answer = await fetch(this.dialog.dataset.ask, { headers: { Accept: "application/json" }, cache: "no-store" });
      this.told((await answer.json()).seconds);
    } catch { /* no connection: asked again in a while */ }
    this.asking = false;
  }

  told(seconds) {
    this.endsIn(seconds);
    if (seconds <= 0) this.end();
    else if (seconds <= Number(this.dialog.dataset.warn)) this.open(seconds);
  }

  open(seconds) {
    if (!this.dialog.open) {
      this.dialog.showModal();
      this.stay.querySelector("button").focus();
    }
    this.show(seconds);
  }

  show(seconds) {
    this.left.textContent = worded(seconds);
    document.title = `Signed out in ${worded(seconds)} - ${this.title}`;
    if (seconds % 60 === 0 || seconds === 30 || seconds === 10) this.said.textContent = `You are signed out in ${worded(seconds)}.`;
  }

  close() {
    if (this.dialog.open) this.dialog.close();
    document.title = this.title;
  }

  async putOff() {
    try {
      const answer = await fetch(this.dialog.dataset.ask, { method: "POST", body: new FormData(this.stay) });
      this.told((await answer.json()).seconds);
    } catch { this.said.textContent = "The portal did not answer. Check your connection, and try again."; }
  }

  end() {
    document.dispatchEvent(new Event("portal:session-ends"));
    const here = `${location.pathname}${location.search}`;
    const next = document.querySelector("[data-session-next]")?.dataset.sessionNext || here;
    location.assign(`${this.dialog.dataset.signIn}?${new URLSearchParams({ next, ended: 1 })}`);
  }
}

const dialog = document.querySelector("#session-end");
if (dialog) new SessionEnd(dialog);
