// Texts that a script shows by itself: `_("The English text")`, `_("Only %(num)s", { num })`. In
// other languages than English the page loads a script before this one that sets them: waiting for
// them here would let the page be ready before its scripts are.
const translated = globalThis.textsOfScripts ?? {};

/** The text in the reader's language, with its values filled in. */
export function _(text, values = {}) {
  return (translated[text] ?? text).replace(/%\((\w+)\)s/g, (place, name) => values[name] ?? place);
}
