// Hears that something changed (signals.js), and tells the body `wf:<topic>`: what shows that topic
// fetches itself again. A page that cannot be seen does so when it is looked at.
const TOPICS = ["tasks", "instances", "processes", "comments", "notices"];
const PAUSE = 500;
const MINUTE = 60_000;
const { live: address, signals: script } = document.body.dataset;
const missed = new Set();
const waiting = new Map();
let { now } = document.body.dataset;

const seen = () => document.visibilityState === "visible";
const say = (topic) => document.body.dispatchEvent(new CustomEvent(`wf:${topic}`));

function hear([topic, at = now]) {
  if (topic === "all" || (topic === "here" && at !== now)) TOPICS.forEach(change);
  else if (topic !== "here") change(topic);
  now = at;
}

function change(topic) {
  if (!seen()) missed.add(topic);
  else if (!waiting.has(topic)) waiting.set(topic, setTimeout(tell, PAUSE, topic));
}

function tell(topic) {
  waiting.delete(topic);
  say(topic);
}

function look() {
  if (!seen()) return;
  missed.forEach(change);
  missed.clear();
}

// Alone, a page has a connection of its own only while it can be seen.
async function alone() {
  const { listen } = await import(script);
  let stop;
  const follow = () => {
    if (seen()) stop ??= listen(address, hear);
    else stop = stop?.();
  };
  document.addEventListener("visibilitychange", follow);
  follow();
}

// What is written relative to now ("in 3 h") grows old even if nothing changes.
setInterval(() => {
  if (seen()) say("minute");
}, MINUTE);

if (address) {
  document.addEventListener("visibilitychange", look);
  if ("SharedWorker" in window) {
    const join = () => new SharedWorker(script, { name: address, type: "module" });
    new BroadcastChannel(address).addEventListener("message", ({ data }) => hear(data));
    join();
    // The browser had put this page aside, where it heard nothing.
    addEventListener("pageshow", ({ persisted }) => persisted && join());
  } else {
    alone();
  }
}
