// What the stream tells, kept: calls, alerts, records, channels, units, and how the gateway itself is.
import { openFeed, read, serverNow } from "./feed.js";
import { isHail } from "./hails.js";
import { fillBanner, fillDuty, fillLights, fillWindows } from "./lights.js";
import { setZone } from "./rows.js";

const RECENT_MAX = 30;
const MISSED_MAX = 20;
const DUTY_MS = 30_000;

export const calls = new Map();
export const alerts = new Map();
export const recents = new Map();
export const missed = new Map(); // hails that nobody answered, by number
export const channels = new Map();
export const units = new Map();
let lineNames = new Map();

/** The rest of it, in its last state. */
export const kept = {
  sources: [],
  notifiers: [],
  duty: [],
  windows: [], // in which people are not told
  rules: { site: "", lines: [], channels: [] },
  desk: { kinds: [], quick: [], prompts: {}, missed_call_bypasses_mute: false },
  staleMs: Infinity, // see care.js
  ready: "",
  link: "connecting",
  hidden: { incidents: 0, alerts: 0 },
};

let changed = () => {};

/** `onChange(number)`: a record changed; without a number: any may have. */
export function openKept(onChange) {
  changed = onChange;
  openFeed(feed);
  setInterval(readDuty, DUTY_MS);
}

/** The words of what hangs on the language, anew. */
export function fillKept() {
  fillLights(kept.sources, kept.notifiers);
  fillDuty(kept.duty);
  fillWindows(kept.windows);
  fillBanner(kept.link, kept.ready);
}

const feed = {
  hello(data) {
    calls.clear();
    alerts.clear();
    for (const call of data.incidents) calls.set(call.call, call);
    for (const alert of data.alerts) alerts.set(alert.id, alert);
    kept.hidden = { incidents: data.incidents_live - data.incidents.length, alerts: data.alerts_active - data.alerts.length };
    setZone(data.rules.timezone);
    lineNames = new Map(data.rules.lines.map((line) => [line.number, line.name]));
    kept.rules = data.rules;
    kept.desk = data.desk;
    kept.staleMs = data.rules.claims.stale_after_s * 1000;
    missed.clear();
    channels.clear();
    units.clear();
    for (const hail of data.missed) missed.set(hail.number, hail);
    data.channels.forEach(feed.channel);
    data.units.forEach(feed.unit);
    feed.quiet(data.quiet);
    feed.ping(data);
    readRecents();
    readDuty();
    changed();
  },
  incident(call) {
    if (call.merged_into) calls.delete(call.call);
    else calls.set(call.call, call);
    if (isHail(call) && call.outcome === "missed") keepNewest(missed, call, MISSED_MAX);
    else missed.delete(call.number);
    if (call.closed_at && !call.merged_into) remember(call);
    changed(call.number);
  },
  quiet(data) {
    kept.windows = data.windows.filter((window) => window.running);
    fillWindows(kept.windows);
  },
  channel: (channel) => channels.set(channel.channel, channel),
  unit: (unit) => units.set(unit.unit, unit),
  alert(alert) {
    for (const id of alert.clears) leave(alerts.get(id));
    if (alert.kind === "cleared" || alert.silenced) return; // a line stands for what nobody was told
    const known = alerts.get(alert.id);
    alerts.set(alert.id, { ...alert, gone: known?.gone, gone_ms: known?.gone_ms });
    if (["cleared", "expired"].includes(alert.state)) leave(alerts.get(alert.id));
  },
  sources(data) {
    kept.sources = data;
    fillLights(kept.sources, kept.notifiers);
  },
  ping(data) {
    kept.ready = data.ready;
    kept.notifiers = data.notifiers;
    feed.sources(data.sources);
    fillBanner(kept.link, kept.ready);
  },
  link(state) {
    kept.link = state;
    fillBanner(kept.link, kept.ready);
  },
};

function leave(alert) {
  if (!alert || alert.gone) return;
  alert.gone = true;
  alert.gone_ms = serverNow();
}

async function readRecents() {
  const page = await read(`/api/v1/incidents?limit=${RECENT_MAX}`).catch(() => null);
  if (!page) return;
  recents.clear();
  for (const record of page.items.reverse()) if (record.closed_at && !record.merged_into) remember(record);
}

async function readDuty() {
  const told = await read("/api/v1/duty?days=1").catch(() => null);
  if (told) fillDuty((kept.duty = told.items));
}

const remember = (record) => keepNewest(recents, named(record), RECENT_MAX);

/** A record or an alert knows numbers; what they are called, the board was told before. */
export function named(record) {
  record.line_name ??= lineNames.get(record.line);
  record.unit_name ??= units.get(record.unit)?.name;
  record.unit_post ??= units.get(record.unit)?.post;
  record.channel_name ??= channels.get(record.channel)?.channel_name;
  return record;
}

function keepNewest(records, record, most) {
  records.delete(record.number);
  records.set(record.number, record);
  while (records.size > most) records.delete(records.keys().next().value);
}
