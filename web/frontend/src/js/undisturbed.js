// Who types, or answers a dialog, is not disturbed: a part that would show news fetches them when
// they are done.
const TYPED = "input:not([type=checkbox], [type=radio]), textarea, select";
const postponed = new Set();

const busy = (part) =>
  part.querySelector("dialog[open]") || (part.contains(document.activeElement) && document.activeElement.matches(TYPED));

document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  const type = detail.requestConfig.triggeringEvent?.type ?? "";
  if (!type.startsWith("wf:") || !busy(detail.target)) return;
  detail.shouldSwap = false;
  postponed.add(type);
});

function resume() {
  for (const type of [...postponed]) {
    postponed.delete(type);
    document.body.dispatchEvent(new CustomEvent(type));
  }
}

// Where the focus goes to is known after the event only.
document.addEventListener("focusout", () => setTimeout(resume));
document.addEventListener("close", () => setTimeout(resume), true);
