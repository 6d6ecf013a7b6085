// Hears what /events says. A browser has only six connections to a server, so one worker listens for
// all pages of a person, and tells them on a channel; both are named like the address. Where there
// are no shared workers (Chromium on Android), a page takes `listen` for itself.
const SOON = 1_000;
const LATE = 30_000;

/** Calls `tell([topic, now])` for each signal. A stream that breaks is asked for again, ever later
 * until something happens, and then "all" may have changed. "ended" is the last one. Returns what
 * stops it. */
export function listen(address, tell) {
  let wait = SOON;
  let stream;
  let timer;

  function open() {
    stream = new EventSource(address);
    stream.addEventListener("message", ({ data, lastEventId }) => {
      if (data !== "here") wait = SOON;
      if (data === "ended") stop();
      tell([data, lastEventId]);
    });
    stream.addEventListener("error", () => {
      stop();
      // A proxy may let pages through, but no streams.
      if (wait === LATE) tell(["all"]);
      // Not all browsers at once, when a server begins anew.
      timer = setTimeout(open, wait * (1 + Math.random()));
      wait = Math.min(2 * wait, LATE);
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
  let listens = false;
  let now;
  const tell = (signal) => {
    listens = signal[0] !== "ended";
    now = signal[1] ?? now;
    pages.postMessage(signal);
  };
  // The page that comes may have missed something meanwhile, or be the first one after its person
  // has signed in again.
  addEventListener("connect", () => {
    if (!listens) listen(address, tell);
    else if (now) pages.postMessage(["here", now]);
    listens = true;
  });
}
