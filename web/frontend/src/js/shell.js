// On a phone the site can be installed; its service worker has the page for no network.
if (document.body.dataset.live && "serviceWorker" in navigator) {
  addEventListener("load", () => navigator.serviceWorker.register("/service-worker.js").catch(() => {}));
}
