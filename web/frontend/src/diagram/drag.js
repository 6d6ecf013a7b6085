// A token's badge is dragged to another shape. Nothing moves by that: the dialog opens with what
// was meant, and asks. The same dialog serves those who do not drag.

const FAR = 6;

/** Lets the badge of element `id` be dragged; `dialog` is the id of the dialog that moves tokens. */
export function draggable(badge, id, dialog) {
  badge.classList.add("movable");
  badge.addEventListener("mousedown", (event) => event.stopPropagation());
  badge.addEventListener("pointerdown", (event) => begin(event, badge, id, document.getElementById(dialog)));
}

function begin(down, badge, id, dialog) {
  if (!dialog || down.button !== 0) return;
  down.preventDefault();
  down.stopPropagation();
  badge.setPointerCapture(down.pointerId);
  let target;
  const follow = (event) => {
    badge.style.translate = `${event.clientX - down.clientX}px ${event.clientY - down.clientY}px`;
    target?.classList.remove("is-target");
    target = shapeAt(event, id, dialog);
    target?.classList.add("is-target");
  };
  const end = (event) => {
    badge.removeEventListener("pointermove", follow);
    badge.style.translate = "";
    target?.classList.remove("is-target");
    const far = Math.hypot(event.clientX - down.clientX, event.clientY - down.clientY) > FAR;
    if (event.type === "pointerup" && far && target) ask(dialog, id, target.dataset.elementId);
  };
  badge.addEventListener("pointermove", follow);
  badge.addEventListener("pointerup", end, { once: true });
  badge.addEventListener("pointercancel", end, { once: true });
}

// The innermost shape below the pointer where a token may start.
function shapeAt(event, id, dialog) {
  return document
    .elementsFromPoint(event.clientX, event.clientY)
    .map((element) => element.closest(".djs-element[data-element-id]"))
    .find((shape) => shape && shape.dataset.elementId !== id && option(dialog, shape.dataset.elementId));
}

const option = (dialog, id) => [...dialog.querySelector("[name=start]").options].find((one) => one.value === id);

function ask(dialog, from, to) {
  dialog.querySelectorAll("[name=cancel]").forEach((box) => {
    box.checked = box.dataset.node === from;
  });
  dialog.querySelector("[name=start]").value = to;
  // Shown in the middle of this release, it would take the release for a click beside it.
  setTimeout(() => dialog.showModal());
}
