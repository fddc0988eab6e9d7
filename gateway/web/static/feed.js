// The live stream: joins it, joins it again, and says at once when it is gone.

const SILENCE_MS = 4500; // the gateway speaks every 2 s
const WATCH_MS = 250;
const OFFSETS_KEPT = 20;

/** `on`: handlers of the events that are wanted, by name, and `link(state)` with "online", "lost" or "signed-out". */
export function openFeed(on) {
  let source = null;
  let heard = performance.now();
  let state = "";
  let retry = 0;

  const say = (next) => {
    if (state !== next) on.link((state = next));
  };

  function join() {
    clearTimeout(retry);
    source?.close();
    source = new EventSource("/api/v1/stream");
    heard = performance.now();
    for (const name of ["hello", "incident", "channel", "unit", "quiet", "alert", "sources", "ping"]) {
      source.addEventListener(name, (message) => {
        heard = performance.now();
        const data = JSON.parse(message.data);
        if (data.now) setServerTime(data.now);
        on[name]?.(data);
        say("online");
      });
    }
    source.onerror = () => lose();
  }

  async function lose() {
    say("lost");
    source.close();
    clearTimeout(retry);
    retry = setTimeout(join, 1000);
    const answer = await fetch("/api/v1/rules").catch(() => null);
    if (answer?.status === 401) {
      clearTimeout(retry);
      say("signed-out");
    }
  }

  setInterval(() => {
    if (state === "online" && performance.now() - heard > SILENCE_MS) lose();
  }, WATCH_MS);
  addEventListener("online", join);
  addEventListener("offline", () => lose());
  join();
}

const offsets = [];

function setServerTime(now) {
  offsets.push(Date.parse(now) - Date.now());
  if (offsets.length > OFFSETS_KEPT) offsets.shift();
}

/** The gateway's clock. Delay can only make its messages look old, so the largest offset is the truest. */
export function serverNow() {
  return Date.now() + (offsets.length ? Math.max(...offsets) : 0);
}

/** Tell the gateway what somebody did: `ok`, or `why` not, in words; `told` is its whole answer. */
export async function post(path, repeatKey, body) {
  const headers = { "Idempotency-Key": repeatKey, ...(body && { "Content-Type": "application/json" }) };
  try {
    const answer = await fetch(path, { method: "POST", headers, ...(body && { body: JSON.stringify(body) }) });
    const told = await answer.json().catch(() => ({}));
    if (answer.status === 423) dispatchEvent(new Event("locked"));
    const why = answer.ok ? "" : [told.title ?? `HTTP ${answer.status}`, told.cure].filter(Boolean).join(" – ");
    return { ok: answer.ok, status: answer.status, told, why };
  } catch (error) {
    return { ok: false, status: 0, told: {}, why: String(error.message ?? error) };
  }
}

/** "" or why it did not work. */
export const act = async (path, repeatKey, body) => (await post(path, repeatKey, body)).why;

export async function read(path) {
  const answer = await fetch(path);
  if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
  return answer.json();
}

export function newKey() {
  return Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
