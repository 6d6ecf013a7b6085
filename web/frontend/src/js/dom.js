// Small shared steps: run for what is on the page now and for what is swapped in later.

/** Calls `found(element)` for each match in the page, and in each part that htmx brings. */
export function whenever(selector, found) {
  const search = (root) => {
    if (root.matches?.(selector)) found(root);
    root.querySelectorAll(selector).forEach(found);
  };
  search(document);
  document.addEventListener("htmx:load", (event) => search(event.detail.elt));
}

/** Listens on the document for `type` events whose target is within `selector`. */
export function on(type, selector, handler, options) {
  document.addEventListener(
    type,
    (event) => {
      const element = event.target.closest?.(selector);
      if (element) handler(event, element);
    },
    options,
  );
}
