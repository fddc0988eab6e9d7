// What a call, an alert, a verdict means at a moment. Pure: no page, no clock of its own.

const MASK_FROM = 7; // digits; shorter numbers are extensions, not people's

export const MARKS = { new: "●", warn: "▲", last: "▲▲", breach: "■", done: "✔", unknown: "?", talk: "◉", hold: "◐", queued: "…", over: "–" };

/** 13812348000 → 138****8000: numbers are masked on a screen that others can see. */
export function masked(number) {
  const digits = number.replace(/\D/g, "");
  if (digits.length < MASK_FROM) return number;
  return number.slice(0, Math.max(number.length - 8, 2)) + "****" + number.slice(-4);
}

const at = (moment) => (moment ? Date.parse(moment) : null);

function lastClock(call, rule) {
  return call.clocks.filter((clock) => clock.rule === rule).at(-1);
}

/** Which ring it is now: counted by the steps of the plan, the same that alert. */
function ringNow(clock, cycleMs, now) {
  const gone = now - at(clock.opened_at);
  const counted = clock.steps.filter((step) => step.kind === "warning" && at(step.at) <= now).map((step) => step.ring);
  return Math.max(1, ...counted, cycleMs ? Math.floor(gone / cycleMs) + 1 : 1);
}

export function stretch(clock, now) {
  const opened = at(clock.opened_at);
  const due = at(clock.due_at);
  return { since: opened, due, fraction: Math.min(Math.max((now - opened) / Math.max(due - opened, 1), 0), 1) };
}

/** How a row looks: its phase decides colour, shape and words; `since` counts up, `due` counts down. */
export function callLook(call, rings, now) {
  const three = lastClock(call, "three_rings");
  if (call.closed_at) return { ...ended(call, three), since: at(call.opened_at), until: at(call.closed_at) };
  if (call.held) return holdLook(call, now);
  if (three && !call.answered_at) return ringLook(call, three, rings, now);
  if (call.answered_at) return talkLook(call, three, now);
  return { phase: call.queued ? "queued" : "new", what: call.queued ? "queued" : "arriving", since: at(call.opened_at) };
}

function ringLook(call, three, rings, now) {
  const ring = ringNow(three, (call.ring_cycle_s ?? 0) * 1000, now);
  const shown = { ring, rings, ...stretch(three, now) };
  if (three.state === "breached") return { ...shown, phase: "breach", what: "overTime", fraction: 1 };
  if (three.state === "not_measurable") return { ...shown, phase: "unknown", what: "notMeasurable", due: null };
  if (three.state !== "open") return { ...shown, phase: "over", what: "arriving", due: null };
  const phase = ring >= rings && rings > 1 ? "last" : ring > 1 ? "warn" : "new";
  return { ...shown, phase, what: "ring", hint: phase === "new" ? "" : "answerNow" };
}

function talkLook(call, three, now) {
  const answered = at(call.answered_at);
  const fresh = now - answered < 3000;
  if (three?.state === "met") return { phase: fresh ? "done" : "talk", what: "talk", verdict: three, since: answered };
  if (three?.state === "not_measurable") return { phase: fresh ? "unknown" : "talk", what: "talk", verdict: three, since: answered };
  return { phase: "talk", what: "talk", verdict: three, since: answered };
}

/** Greetings are due again and again; those missed in a row, up to now, make one wait without a word. */
function holdLook(call, now) {
  const holds = call.clocks.filter((clock) => clock.rule === "hold_checkin");
  const hold = holds.findLast((clock) => clock.state === "open");
  if (!hold) return { phase: "hold", what: "hold", since: at(call.held_at) ?? at(call.answered_at) };
  const ended = holds.filter((clock) => clock.state !== "open");
  const missed = ended.slice(ended.findLastIndex((clock) => clock.state !== "breached") + 1).filter((clock) => at(clock.opened_at) >= at(call.held_at));
  const first = missed[0] ?? hold;
  const warned = hold.steps.some((step) => step.kind === "warning" && at(step.at) <= now);
  const phase = missed.length || now >= at(hold.due_at) ? "breach" : warned ? "warn" : "hold";
  return { ...stretch(hold, now), phase, what: "hold", hint: phase === "hold" ? "" : "greetNow", held: true, since: at(first.opened_at), due: at(first.due_at) };
}

function ended(call, three) {
  const phases = { met: "done", breached: "over", not_measurable: "unknown" };
  return { phase: phases[three?.state] ?? "over", what: `outcome_${call.outcome}`, verdict: three };
}

/** The caller on hold whose greeting is due first. */
export function mostUrgentHold(calls, now) {
  const held = calls.filter((call) => call.held && !call.closed_at);
  const due = new Map(held.map((call) => [call, callLook(call, call.rings_allowed, now).due ?? Infinity]));
  return held.sort((a, b) => due.get(a) - due.get(b))[0];
}

/** The call that rings, is nobody's yet, and is due first. */
export function mostUrgentRing(calls, now) {
  const ringing = calls.filter((call) => !call.closed_at && !call.answered_at && !call.claimed_by && call.direction !== "outbound");
  const due = new Map(ringing.map((call) => [call, callLook(call, call.rings_allowed, now).due ?? Infinity]));
  return ringing.sort((a, b) => due.get(a) - due.get(b) || at(a.opened_at) - at(b.opened_at))[0];
}

/** The open obligations of the desk: how many, and which comes first. */
export function pendingOf(calls) {
  const open = calls.flatMap((call) => call.clocks.filter((clock) => clock.owed));
  const due = open.map((clock) => at(clock.due_at));
  return { count: open.length, first: due.length ? Math.min(...due) : null };
}

export function callBackOf(call) {
  return call.closed_at ? call.clocks.find((clock) => clock.rule === "call_back" && clock.owed) : undefined;
}

const RANK = { warning: 1, breach: 2, escalation: 3 };

/** Alerts of one obligation are one line: the highest step speaks. Emergencies, escalations, then what waits, oldest first; then the rest, newest first. */
export function groupAlerts(alerts, now) {
  const groups = new Map();
  const known = new Set(alerts.map((alert) => alert.id));
  for (const alert of alerts) {
    if (alert.tied_to && known.has(alert.tied_to)) continue; // that one stands for it, with a count
    const key = alert.incident ? `${alert.incident} ${alert.opened_at}` : alert.count ? stormOf(alert) : alert.id;
    const group = groups.get(key) ?? { key, alerts: [] };
    group.alerts.push(alert);
    groups.set(key, group);
  }
  for (const group of groups.values()) {
    group.top = group.alerts.reduce((a, b) => (RANK[b.kind] >= RANK[a.kind] ? b : a));
    group.waiting = group.alerts.filter((alert) => alert.state === "raised" && alert.kind !== "warning" && !alert.silenced);
    group.gone = group.alerts.every((alert) => alert.gone);
    group.snoozed = group.alerts.find((alert) => alert.snoozed_until && at(alert.snoozed_until) > now);
    group.emergency = group.alerts.some((alert) => alert.severity === "emergency") && group.waiting.length > 0 && !group.gone;
  }
  return [...groups.values()].sort((a, b) => height(b) - height(a) || (height(a) ? 1 : -1) * (at(a.top.raised_at) - at(b.top.raised_at)));
}

/** A storm's line that is told again is the same line. */
const stormOf = (alert) => ["storm", alert.rule, alert.kind === "warning", alert.channel || alert.source].join(" ");

/** It waits for somebody here and now: raised, and not put off. */
export const isWaiting = (group) => group.waiting.length > 0 && !group.gone && !group.snoozed;

function height(group) {
  if (!isWaiting(group)) return 0;
  return group.emergency ? 3 : group.top.kind === "escalation" ? 2 : 1;
}

export function alertPhase(group) {
  if (group.gone) return "done";
  if ((group.snoozed && group.waiting.length) || group.top.silenced) return "snoozed";
  if (!group.waiting.length) return group.top.kind === "warning" ? "warn" : "seen";
  return "breach";
}

export const moment = at;
