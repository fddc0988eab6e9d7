// How this person likes the board: kept by the gateway, so that it follows them to any screen.
import { read } from "./feed.js";

const PAUSE_MS = 600;

let told = {};
let waiting = {};
let timer = 0;

/** Once, at the start: what they chose elsewhere. Empty where nobody did, or the gateway cannot tell. */
export async function readView() {
  told = (await read("/api/v1/view").catch(() => null))?.view ?? {};
  return told;
}

export function keepView(changes) {
  for (const [name, value] of Object.entries(changes)) if (told[name] !== value) waiting[name] = value;
  clearTimeout(timer);
  if (Object.keys(waiting).length) timer = setTimeout(send, PAUSE_MS);
}

async function send() {
  const view = waiting;
  waiting = {};
  const answer = await fetch("/api/v1/view", { method: "PUT", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ view }) }).catch(() => null);
  if (answer?.ok) told = { ...told, ...view };
  else waiting = { ...view, ...waiting }; // with the next change
}
