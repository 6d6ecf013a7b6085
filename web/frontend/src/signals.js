// Hears what /events says. A browser has only six connections to a server, so one worker listens for
// all pages of a person, and tells them on a channel; both are named like the address. Where there
// are no shared workers (Chromium on Android), a page takes `listen` for itself.
const SOON = 1_000;
const LATE = 30_000;

/** Calls `tell(topic)` for each signal, with "all" where some may have been missed; from the start
 * if `again`. A stream that breaks is asked for again, ever later until it says something. "ended"
 * is the last one. Returns what stops it. */
export function listen(address, tell, again = false) {
  let wait = SOON;
  let stream;
  let timer;

  function open() {
    stream = new EventSource(address);
    stream.addEventListener("open", () => {
      if (again) tell("all");
      again = true;
    });
    stream.addEventListener("message", ({ data }) => {
      wait = SOON;
      if (data === "ended") stop();
      tell(data);
    });
    stream.addEventListener("error", () => {
      stop();
      // A proxy may let pages through, but no streams.
      if (wait === LATE) tell("all");
      // Not all browsers at once, when a server begins anew.
      timer = setTimeout(open, wait * (1 + Math.random()));
      wait = Math.min(2 * wait, LATE);
      again = true;
    });
  }

  function stop() {
    stream.close();
    clearTimeout(timer);
  }

  open();
  return stop;
}

if ("SharedWorkerGlobalScope" in globalThis) {
  const address = globalThis.name;
  const pages = new BroadcastChannel(address);
  let ended;
  const tell = (topic) => {
    ended = topic === "ended";
    pages.postMessage(topic);
  };
  // The page that comes may be the first one after its person has signed in again.
  addEventListener("connect", () => {
    if (ended !== false) listen(address, tell, ended);
    ended = false;
  });
}
