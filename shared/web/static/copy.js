// Gives every .copy its button: the read-only value beside it goes to the clipboard.

for (const place of document.querySelectorAll(".copy")) {
  const value = place.querySelector("input");
  if (!value || place.querySelector("button")) continue;
  const button = document.createElement("button");
  Object.assign(button, { type: "button", className: "button", textContent: "Copy" });
  button.setAttribute("aria-live", "polite");
  button.addEventListener("click", () => copy(value, button));
  value.addEventListener("focus", () => value.select());
  place.append(button);
}

async function copy(value, button) {
  value.select();
  try {
    await navigator.clipboard.writeText(value.value);
    button.textContent = "Copied";
  } catch {
    button.textContent = "Selected"; // no clipboard outside secure contexts: the reader presses the keys
  }
  setTimeout(() => { button.textContent = "Copy"; }, 2500);
}
