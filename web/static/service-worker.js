// The shell for phones: without the network it says so, instead of the browser. Nothing but that one
// page and its style is ever kept: no page of the site, no answer, no file of a person.
const SHELL = "shell-VERSION";
const OFFLINE = "/offline";

async function keepShell() {
  const page = await fetch(OFFLINE, { credentials: "omit", cache: "reload" });
  const parts = [...(await page.clone().text()).matchAll(/(?:href|src)="(\/static\/[^"]+)"/g)];
  const cache = await caches.open(SHELL);
  await cache.put(OFFLINE, page);
  await cache.addAll(parts.map(([, address]) => address));
}

async function dropOthers() {
  const names = (await caches.keys()).filter((name) => name !== SHELL);
  await Promise.all(names.map((name) => caches.delete(name)));
}

async function kept(request, address) {
  try {
    return await fetch(request);
  } catch (error) {
    const found = await caches.match(address);
    if (!found) throw error;
    return found;
  }
}

self.addEventListener("install", (event) => event.waitUntil(keepShell().then(() => self.skipWaiting())));
self.addEventListener("activate", (event) => event.waitUntil(dropOthers()));
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== self.location.origin) return;
  if (request.mode === "navigate") event.respondWith(kept(request, OFFLINE));
  else if (pathname.startsWith("/static/")) event.respondWith(kept(request, request));
});
