// Hears that something changed (signals.js), and tells the body `wf:<topic>`: what shows that topic
// fetches itself again. A page that cannot be seen does so when it is looked at.
const TOPICS = ["tasks", "instances", "processes", "comments", "notices"];
const PAUSE = 500;
const MINUTE = 60_000;
const { live: address, signals: script } = document.body.dataset;
const missed = new Set();
const waiting = new Map();

const seen = () => document.visibilityState === "visible";
const say = (topic) => document.body.dispatchEvent(new CustomEvent(`wf:${topic}`));

function hear(topic) {
  if (topic === "all") TOPICS.forEach(hear);
  else if (!seen()) missed.add(topic);
  else if (!waiting.has(topic)) waiting.set(topic, setTimeout(tell, PAUSE, topic));
}

function tell(topic) {
  waiting.delete(topic);
  say(topic);
}

function look() {
  if (!seen()) return;
  missed.forEach(hear);
  missed.clear();
}

// Alone, a page has a connection of its own only while it can be seen.
async function alone() {
  const { listen } = await import(script);
  let stop;
  let again = false;
  const follow = () => {
    if (seen()) stop ??= listen(address, hear, again);
    else stop = stop?.();
    again = true;
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
    new BroadcastChannel(address).addEventListener("message", ({ data }) => hear(data));
    new SharedWorker(script, { name: address, type: "module" });
    // The browser had put this page aside, where it heard nothing.
    addEventListener("pageshow", ({ persisted }) => persisted && hear("all"));
  } else {
    alone();
  }
}
