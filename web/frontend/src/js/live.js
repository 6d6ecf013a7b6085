// Listens for "something changed" while the tab can be seen (a browser has only six connections
// per server), and tells the body `wf:<topic>`: what shows that topic fetches itself again.
const TOPICS = ["tasks", "instances", "processes", "comments", "notices"];
const PAUSE = 500;
const POLL = 30_000;
const MINUTE = 60_000;
const address = document.body.dataset.live;
const waiting = new Map();
let stream;
let poll;

function tell(topic) {
  if (waiting.has(topic)) return;
  const timer = setTimeout(() => {
    waiting.delete(topic);
    document.body.dispatchEvent(new CustomEvent(`wf:${topic}`));
  }, PAUSE);
  waiting.set(topic, timer);
}

const tellAll = () => TOPICS.forEach(tell);

function open() {
  stream = new EventSource(address);
  TOPICS.forEach((topic) => stream.addEventListener(topic, () => tell(topic)));
  stream.addEventListener("open", () => {
    clearInterval(poll);
    poll = undefined;
  });
  // The session was revoked or the server stops: signing in again, or its return, opens a new one.
  stream.addEventListener("ended", close);
  stream.addEventListener("error", () => {
    poll ??= setInterval(tellAll, POLL);
  });
}

function close() {
  stream?.close();
  stream = undefined;
  clearInterval(poll);
  poll = undefined;
}

// What is written relative to now ("in 3 h") grows old even if nothing changes.
setInterval(() => {
  if (document.visibilityState === "visible") document.body.dispatchEvent(new CustomEvent("wf:minute"));
}, MINUTE);

if (address) {
  if (document.visibilityState === "visible") open();
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState !== "visible") {
      close();
    } else if (!stream) {
      open();
      tellAll();
    }
  });
  addEventListener("pagehide", close);
  addEventListener("pageshow", (event) => {
    if (event.persisted && !stream) open();
  });
}
