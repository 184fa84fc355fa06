// Says on the button that a form is under way, for whatever takes more than a moment.

for (const form of document.querySelectorAll("form[data-busy]")) {
  form.addEventListener("submit", () => {
    const button = form.querySelector("button[type=submit], button:not([type])");
    const progress = document.createElement("progress");
    progress.setAttribute("aria-label", form.dataset.busy);
    button.textContent = form.dataset.busy;
    button.setAttribute("aria-disabled", "true");
    button.after(progress);
  });
}
window.addEventListener("pageshow", (event) => event.persisted && location.reload());
