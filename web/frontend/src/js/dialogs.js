// Dialogs open by `command`/`commandfor`. Browsers that do not know them yet get the same here.
import { on } from "./dom.js";

if (!("commandForElement" in HTMLButtonElement.prototype)) {
  on("click", "button[commandfor]", (_event, button) => {
    const dialog = document.getElementById(button.getAttribute("commandfor"));
    if (button.getAttribute("command") === "show-modal") dialog.showModal();
    else dialog.close();
  });
}

// A page that arrives with a dialog to answer shows it as one.
document.querySelectorAll("dialog[data-open]").forEach((dialog) => {
  dialog.close();
  dialog.showModal();
});
