// Before the page is drawn: say that scripts run, so that styles for script-only parts apply at once.
document.body.classList.add("js-enabled");
if ("noModule" in HTMLScriptElement.prototype) {
  document.body.classList.add("nhsuk-frontend-supported");
}
