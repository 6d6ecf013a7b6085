// Light or dark: the choice is a cookie, so that the server renders the next page in it at once.
import { on, whenever } from "./dom.js";

const dark = matchMedia("(prefers-color-scheme: dark)");

whenever("[data-theme-toggle]", (button) => {
  button.hidden = false;
});

on("click", "[data-theme-toggle]", () => {
  const root = document.documentElement;
  const now = root.dataset.theme === "auto" ? (dark.matches ? "dark" : "light") : root.dataset.theme;
  root.dataset.theme = now === "dark" ? "light" : "dark";
  document.cookie = `wf_theme=${root.dataset.theme}; path=/; max-age=31536000; samesite=lax`;
});
