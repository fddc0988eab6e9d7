// The board: keeps what the stream tells, and paints it ten times a second by the gateway's clock.
import { askForSound, bindControls, fillControls, switchTheme, toggleKeys } from "./controls.js";
import { refreshDetail, showDetail } from "./detail.js";
import { keep, mark, put, span } from "./dom.js";
import { act, newKey, openFeed, read, serverNow } from "./feed.js";
import { hailLook, isHail, mostUrgentHail, promiseOf } from "./hails.js";
import { fillBanner, fillDuty, fillLights } from "./lights.js";
import { callBackOf, callLook, groupAlerts, moment, mostUrgentHold, pendingOf } from "./model.js";
import { fillEmergencies, fillHail, fillRadio, makeHail } from "./radio.js";
import { clockTime, fillAlerts, fillBacks, fillCall, fillRecents, makeCall, setZone } from "./rows.js";
import * as sound from "./sound.js";
import { language, switchLanguage, t } from "./words.js";

const PAINT_MS = 100;
const MINUTE_MS = 60_000;
const DUTY_MS = 30_000;
const RECENT_MAX = 30;
const MISSED_MAX = 20;
const ALERTS_SHOWN = 8; // a flood is one line with its count, until somebody wants to see it all
const ENDED_MS = 10_000;
const GONE_MS = 6000; // a cleared alert may be read so long

const $ = (id) => document.getElementById(id);
const calls = new Map();
const alerts = new Map();
const recents = new Map();
const missed = new Map(); // hails that nobody answered, by number
const channels = new Map();
const units = new Map();
const phases = new Map();
let lineNames = new Map();
let sources = [];
let notifiers = [];
let duty = [];
let ready = "";
let link = "connecting";
let hidden = { incidents: 0, alerts: 0 };
let announced = new Set();
let allAlerts = false;

// What the stream tells.

const feed = {
  hello(data) {
    calls.clear();
    alerts.clear();
    for (const call of data.incidents) calls.set(call.call, call);
    for (const alert of data.alerts) alerts.set(alert.id, alert);
    hidden = { incidents: data.incidents_live - data.incidents.length, alerts: data.alerts_active - data.alerts.length };
    setZone(data.rules.timezone);
    lineNames = new Map(data.rules.lines.map((line) => [line.number, line.name]));
    missed.clear();
    channels.clear();
    units.clear();
    for (const hail of data.missed) missed.set(hail.number, hail);
    data.channels.forEach(feed.channel);
    data.units.forEach(feed.unit);
    feed.ping(data);
    readRecents();
    readDuty();
  },
  incident(call) {
    if (call.merged_into) calls.delete(call.call);
    else calls.set(call.call, call);
    if (isHail(call) && call.outcome === "missed") keepNewest(missed, call, MISSED_MAX);
    else missed.delete(call.number);
    if (call.closed_at && !call.merged_into) remember(call);
    if (call.number === opened) refreshDetail($("detail"), opened, named);
  },
  channel: (channel) => channels.set(channel.channel, channel),
  unit: (unit) => units.set(unit.unit, unit),
  alert(alert) {
    for (const id of alert.clears) leave(alerts.get(id));
    if (alert.kind === "cleared") return;
    const known = alerts.get(alert.id);
    alerts.set(alert.id, { ...alert, gone: known?.gone, gone_ms: known?.gone_ms });
    if (["cleared", "expired"].includes(alert.state)) leave(alerts.get(alert.id));
  },
  sources(data) {
    sources = data;
    fillLights(sources, notifiers);
  },
  ping(data) {
    ({ ready, notifiers } = data);
    feed.sources(data.sources);
    fillBanner(link, ready);
  },
  link(state) {
    link = state;
    fillBanner(link, ready);
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
  if (told) fillDuty((duty = told.items));
}

const remember = (record) => keepNewest(recents, named(record), RECENT_MAX);

/** A record or an alert knows numbers; what they are called, the board was told before. */
function named(record) {
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

// What the desk does.

const actions = {
  acknowledge: (waiting, button) => perform("acknowledge", button, waiting.map((alert) => `/api/v1/alerts/${encodeURIComponent(alert.id)}/acknowledge`)),
  checkIn: (number, button) => perform("checkIn", button, [incidentPath(number, "check-in")]),
  calledBack: (number, button) => perform("calledBack", button, [incidentPath(number, "called-back")]),
  answered: (number, button) => perform("answered", button, [incidentPath(number, "answered")]),
  promise: (number, button) => perform("promise", button, [incidentPath(number, "promise")]),
  promiseKept: (number, button) => perform("promiseKept", button, [incidentPath(number, "promise-kept")]),
  open: (number) => openDetail(number),
};

const incidentPath = (number, deed) => `/api/v1/incidents/${encodeURIComponent(number)}/${deed}`;

async function perform(what, button, paths) {
  if (button?.disabled) return;
  if (button) button.disabled = true;
  const failures = (await Promise.all(paths.map((path) => act(path, newKey())))).filter(Boolean);
  if (button) button.disabled = false;
  say(failures.length ? t("failed", failures[0]) : t(`said_${what}`));
}

let saidUntil = 0;

function say(text) {
  put($("said"), text);
  saidUntil = performance.now() + 5000;
}

function acknowledgeFirst() {
  const [first] = groupAlerts([...alerts.values()]).filter((group) => group.waiting.length && !group.gone);
  if (first) actions.acknowledge(first.waiting);
  else say(t("nothingToAcknowledge"));
}

function greetMostUrgent() {
  const first = mostUrgentHold(ofPhone(calls), serverNow());
  if (first) actions.checkIn(first.number);
  else say(t("nobodyOnHold"));
}

function answerMostUrgent() {
  const first = mostUrgentHail(ofRadio(calls), serverNow());
  if (first) actions.answered(first.number);
  else say(t("nobodyHails"));
}

// What is seen.

function paint() {
  const now = serverNow();
  put($("clock"), clockTime(now));
  if (performance.now() > saidUntil) put($("said"), "");
  if (link !== "online") return; // frozen and greyed: a clock that runs on would look alive
  tidy(now);
  const speaking = new Set([...channels.values()].flatMap((channel) => channel.open.map((one) => one.incident)));
  const hails = ofRadio(calls).map((hail) => ({ ...hail, speaking: speaking.has(hail.number) }));
  const live = [...ofPhone(calls), ...hails].filter((call) => !call.closed_at || staysAfterItsEnd(moment(call.closed_at), now));
  live.sort((a, b) => isEmergency(b) - isEmergency(a) || moment(a.opened_at) - moment(b.opened_at));
  const backs = [...calls.values()].map((call) => ({ call, clock: callBackOf(call) })).filter(({ clock }) => clock);
  backs.sort((a, b) => moment(a.clock.due_at) - moment(b.clock.due_at));
  const groups = groupAlerts([...alerts.values()]);
  fillNow(live, now);
  fillBacks($("backs"), backs, now, actions);
  fillRadio({ channels: [...channels.values()], hails, missed: [...missed.values()].reverse(), units: [...units.values()] }, now, actions);
  const emergencies = groups.filter((group) => group.emergency);
  for (const group of emergencies) named(group.top);
  const quieter = groups.filter((group) => !group.emergency);
  const shown = allAlerts ? quieter : quieter.slice(0, ALERTS_SHOWN);
  fillEmergencies($("emergencies"), emergencies, now, actions);
  fillAlerts($("alert-rows"), shown, !emergencies.length, actions);
  fillMore(quieter.length - shown.length);
  fillRecents($("recents"), [...recents.values()].reverse(), openDetail);
  fillCounts(live.filter((call) => !call.closed_at).length, backs.length, groups);
  fillStrip(live, now);
  tell(live, groups, now);
}

const ofPhone = (all) => [...all.values()].filter((call) => !isHail(call));
const isEmergency = (call) => !call.closed_at && call.flags.includes("emergency");
const ofRadio = (all) => [...all.values()].filter(isHail);

/** Calls and hails in one list, in the order they began: no row ever moves another but the last, and an emergency. */
function fillNow(live, now) {
  const urgent = [mostUrgentHold(live.filter((call) => !isHail(call)), now), mostUrgentHail(live.filter(isHail), now)];
  const make = (call) => (isHail(call) ? makeHail(actions) : makeCall(actions));
  keep($("calls"), live, (call) => call.call, make, (row, call) => (isHail(call) ? fillHail : fillCall)(row, call, now, urgent.includes(call)));
}

const lookOf = (call, now) => (isHail(call) ? hailLook(call, now) : callLook(call, call.rings_allowed, now));

/** Until the next minute, so that rows leave together; but nothing vanishes the moment it ends. */
function staysAfterItsEnd(closed, now) {
  return now - closed < ENDED_MS || Math.floor(closed / MINUTE_MS) === Math.floor(now / MINUTE_MS);
}

function tidy(now) {
  for (const [id, alert] of alerts) if (alert.gone && now - alert.gone_ms > GONE_MS) alerts.delete(id);
  for (const [id, call] of calls) {
    if (call.closed_at && now - moment(call.closed_at) > MINUTE_MS && !callBackOf(call) && !promiseOf(call)) calls.delete(id);
  }
}

function fillMore(folded) {
  const button = $("alerts-more");
  button.hidden = !allAlerts && folded <= 0;
  put(button, allAlerts ? t("fewerAlerts") : t("moreAlerts", folded));
  button.setAttribute("aria-expanded", String(allAlerts));
}

function fillCounts(live, backs, groups) {
  const waiting = groups.filter((group) => group.waiting.length && !group.gone).length;
  put($("now-count"), live ? String(live) : "");
  put($("back-count"), backs ? String(backs) : "");
  put($("alerts-count"), waiting ? String(waiting) : "");
  const alive = t("alive", sources.filter((source) => source.state === "online").length, sources.length);
  put($("calls-empty"), hidden.incidents > 0 ? t("more", hidden.incidents) : $("calls").childElementCount ? "" : `${t("callsEmpty")} ${alive}`);
  put($("backs-empty"), backs ? "" : t("backsEmpty"));
  put($("alerts-empty"), hidden.alerts > 0 ? t("more", hidden.alerts) : groups.length ? "" : t("alertsEmpty"));
  put($("recents-empty"), recents.size ? "" : t("recentsEmpty"));
}

function fillStrip(live, now) {
  const { count, first } = pendingOf([...calls.values()]);
  const over = live.filter((call) => lookOf(call, now).phase === "breach").length;
  const left = first === null ? null : first - now;
  put($("pending"), count || over ? t("pending", count) : t("calm"));
  put($("over"), over ? t("overdueCount", over) : "");
  put($("due"), left === null ? "" : `${t("firstDue")} ${span(left + 999)}`);
  mark($("strip"), "phase", over ? "breach" : left === null ? "calm" : left < 5000 ? "last" : "pending");
}

/** Sound and the screen reader: once for each new thing, and the breach tone while it waits. */
function tell(live, groups, now) {
  for (const call of live) {
    const { phase } = lookOf(call, now);
    if (phases.get(call.call) !== phase) {
      if (phase === "warn") sound.warnTone();
      if (phase === "last") sound.lastTone();
      phases.set(call.call, phase);
    }
  }
  const waiting = groups.filter((group) => group.waiting.length && !group.gone);
  for (const group of waiting) {
    if (announced.has(group.key)) continue;
    announced.add(group.key);
    put($("breach-said"), group.top.text[language] ?? "");
  }
  if (announced.size > 500) announced = new Set(waiting.map((group) => group.key));
  for (const id of phases.keys()) if (!calls.has(id)) phases.delete(id);
  const emergency = waiting.some((group) => group.emergency);
  sound.emergencyTone(emergency);
  sound.breachTone(emergency ? [] : waiting.map((group) => group.key));
  askForSound(waiting.length > 0);
  document.title = (waiting.length ? `(${waiting.length}) ` : "") + `三声 · ${document.body.dataset.site}`;
}

let opened = "";

function openDetail(number) {
  opened = number;
  for (const id of ["recents", "recents-empty"]) $(id).hidden = true;
  showDetail($("detail"), number, named, closeDetail);
}

function closeDetail() {
  opened = $("detail").dataset.number = "";
  for (const id of ["recents", "recents-empty"]) $(id).hidden = false;
  $("detail").hidden = true;
}

function fillWords() {
  fillControls();
  fillLights(sources, notifiers);
  fillDuty(duty);
  fillBanner(link, ready);
  if (opened) openDetail(opened);
}

bindControls({
  a: acknowledgeFirst,
  h: greetMostUrgent,
  r: answerMostUrgent,
  s: () => sound.silence(groupAlerts([...alerts.values()]).map((group) => group.key)),
  l: () => (switchLanguage(), fillWords()),
  t: switchTheme,
  "?": toggleKeys,
  Escape: () => (!$("keys").hidden ? toggleKeys() : closeDetail()),
});
$("alerts-more").addEventListener("click", () => (allAlerts = !allAlerts));

fillWords();
openFeed(feed);
setInterval(paint, PAINT_MS);
setInterval(readDuty, DUTY_MS);
