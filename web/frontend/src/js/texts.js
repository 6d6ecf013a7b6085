// Texts that a script shows by itself: `_("The English text")`, `_("Only %(num)s", { num })`.
const address = document.documentElement.dataset.texts;
const answer = address && (await fetch(address).catch(() => null));
const translated = answer?.ok ? await answer.json() : {};

/** The text in the reader's language, with its values filled in. */
export function _(text, values = {}) {
  return (translated[text] ?? text).replace(/%\((\w+)\)s/g, (place, name) => values[name] ?? place);
}
