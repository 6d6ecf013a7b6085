// Islands: an element that names a module gets it when it comes into view, with its style sheet.
import { whenever } from "./dom.js";

const styles = new Set();

function addStyle(address) {
  if (!address || styles.has(address)) return Promise.resolve();
  styles.add(address);
  const link = Object.assign(document.createElement("link"), { rel: "stylesheet", href: address });
  const loaded = new Promise((done) => {
    link.addEventListener("load", done, { once: true });
    link.addEventListener("error", done, { once: true });
  });
  document.head.append(link);
  return loaded;
}

async function start(element) {
  const [island] = await Promise.all([import(element.dataset.module), addStyle(element.dataset.style)]);
  await island.start(element);
}

const seen = new IntersectionObserver(
  (entries) => {
    for (const entry of entries) {
      if (!entry.isIntersecting) continue;
      seen.unobserve(entry.target);
      start(entry.target);
    }
  },
  { rootMargin: "400px" },
);

whenever("[data-module]", (element) => seen.observe(element));
