// What a hail, a channel, a unit means at a moment. Pure: no page, no clock of its own.
import { moment as at, stretch } from "./model.js";

const FRESH_MS = 3000; // "done" shows its green so long

export const isHail = (incident) => incident.medium === "radio";

const lastClock = (hail, rule) => hail.clocks.findLast((clock) => clock.rule === rule);

export function promiseOf(hail) {
  return hail.clocks.findLast((clock) => clock.rule === "promise" && clock.owed);
}

/** How a row looks: calls decide colour and shape, `since` counts up, `due` counts down. */
export function hailLook(hail, now) {
  const two = lastClock(hail, "two_calls");
  const shown = { calls: hail.calls, allowed: hail.calls_allowed, since: at(hail.opened_at), verdict: two };
  if (hail.closed_at) return { ...shown, until: at(hail.answered_at ?? hail.closed_at), phase: endPhase(two), what: `hailEnd_${hail.outcome}` };
  if (hail.answered_at) return { ...shown, until: at(hail.answered_at), phase: freshPhase(hail, two, now), what: "hailEnd_answered" };
  if (hail.flags.includes("emergency")) return { ...shown, phase: "breach", what: "emergency", waits: true };
  if (two?.state === "breached") return { ...shown, phase: "breach", what: "noReply", waits: true, fraction: 1 };
  if (two?.state === "open") return { ...shown, ...waiting(hail, two, now), waits: true };
  if (two?.state === "not_observable") return { ...shown, phase: "unknown", what: "notObservable", waits: true };
  return { ...shown, phase: "new", what: "hail", waits: true };
}

function waiting(hail, two, now) {
  const timed = !hail.speaking && two.steps.some((step) => step.kind === "breach"); // or only the calls count
  const phase = hail.calls > hail.calls_allowed ? "breach" : hail.calls > 1 ? "warn" : "new";
  return { phase, what: "hail", hint: hail.speaking ? "speaking" : phase === "new" ? "" : "replyNow", ...(timed ? stretch(two, now) : {}) };
}

const endPhase = (two) => ({ met: "done", not_observable: "unknown" })[two?.state] ?? "over";

function freshPhase(hail, two, now) {
  return two?.state === "met" && now - at(hail.answered_at) < FRESH_MS ? "done" : "talk";
}

/** The hail that waits for a reply and is due first. */
export function mostUrgentHail(hails, now) {
  const waits = hails.map((hail) => ({ hail, look: hailLook(hail, now) })).filter(({ look }) => look.waits && look.phase !== "unknown");
  waits.sort((a, b) => (a.look.due ?? a.look.since) - (b.look.due ?? b.look.since));
  return waits[0]?.hail;
}

/** Whom we told to wait: those due first. */
export function promised(hails) {
  const owed = hails.map((hail) => ({ hail, clock: promiseOf(hail) })).filter(({ clock }) => clock);
  return owed.sort((a, b) => at(a.clock.due_at) - at(b.clock.due_at));
}

/** Who speaks on a channel now, or who did last and how long ago. */
export function channelLook(channel, now) {
  const [speaks] = channel.open;
  if (speaks) return { phase: speaks.emergency ? "breach" : "open", who: channel.open, since_ms: now - at(speaks.started_at) };
  if (channel.control_transmitting) return { phase: "control", since_ms: now - at(channel.control_since) };
  return { phase: "quiet", since_ms: channel.last_heard_at ? now - at(channel.last_heard_at) : null };
}

/** Missing posts first, then who was heard last; never heard at the end. */
export function sortedUnits(units) {
  const height = (unit) => (unit.missing ? Infinity : at(unit.last_heard_at) ?? -1);
  return [...units].sort((a, b) => height(b) - height(a) || a.unit.localeCompare(b.unit));
}
