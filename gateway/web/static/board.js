// The board: paints what is kept ten times a second by the gateway's clock, and does what its keys and commands say.
import { careLook } from "./care.js";
import { fillAlerts } from "./alerts.js";
import { askForSound, bindControls, changeDensity, changeSound, changeTheme, fillControls, takeView, toggleKeys } from "./controls.js";
import { makeDeeds } from "./deeds.js";
import { refreshDetail, showDetail } from "./detail.js";
import { keep, mark, put, span } from "./dom.js";
import { dropOldDrafts } from "./drafts.js";
import { serverNow } from "./feed.js";
import { hailLook, isHail, mostUrgentHail, promised, promiseOf } from "./hails.js";
import { bindFilter, chooseNamed, fillFilter, fillFiltered, passes } from "./filter.js";
import { alerts, calls, channels, fillKept, kept, missed, named, openKept, recents, units } from "./kept.js";
import { bindLine, openLine } from "./line.js";
import { callBackOf, callLook, groupAlerts, isWaiting, moment, mostUrgentHold, mostUrgentRing, pendingOf } from "./model.js";
import { notifyOf } from "./notify.js";
import { makeOrders } from "./orders.js";
import { fillEmergencies, fillHail, fillRadio, makeHail } from "./radio.js";
import { clockTime, fillBacks, fillCall, fillHand, fillRecents, makeCall } from "./rows.js";
import * as sound from "./sound.js";
import { language, switchLanguage, t } from "./words.js";
import { keepView } from "./view.js";

const PAINT_MS = 100;
const MINUTE_MS = 60_000;
const ALERTS_SHOWN = 8; // a flood is one line with its count, until somebody wants to see it all
const ALERTS_BESIDE_RECORD = 1;
const ENDED_MS = 10_000;
const GONE_MS = 6000; // a cleared alert may be read so long

const $ = (id) => document.getElementById(id);
const phases = new Map();
let announced = new Set();
let allAlerts = false;
let sought = "";
let opened = "";
let alarmed = new Set(); // records that an alert waits for

// What the desk does.

let saidUntil = 0;

function say(text) {
  put($("said"), text);
  saidUntil = performance.now() + 5000;
}

const deeds = makeDeeds({ say, opened: () => opened, open: openDetail, ask: openLine });

const waitingNow = () => groupAlerts([...alerts.values()], serverNow()).filter(isWaiting);

/** "role:前台" or "person:wang": who stands for a role now, or has that name or number. */
function receiverNamed(word) {
  const role = kept.duty.find((one) => one.role === word);
  if (role) return `role:${role.role}`;
  const found = kept.duty.flatMap((one) => one.now).find((stint) => word && [stint.person, stint.name, stint.number].includes(word));
  return found ? `person:${found.person}` : "";
}

function acknowledge(all) {
  const waiting = waitingNow();
  if (!waiting.length) return say(t("nothingToAcknowledge"));
  return deeds.acknowledge((all ? waiting : waiting.slice(0, 1)).flatMap((group) => group.waiting));
}

/** What the keys mean when nobody says which. */
function urgent(kind) {
  const now = serverNow();
  const seen = [...calls.values()].filter(shows); // no key means a row that is hidden
  const phones = ofPhone(seen);
  if (kind === "hold") return mostUrgentHold(phones, now);
  if (kind === "hail") return mostUrgentHail(ofRadio(seen), now);
  if (kind === "promise") return promised(ofRadio(seen))[0]?.hail;
  if (kind === "back") return owedBacks()[0]?.call;
  return mostUrgentRing(phones, now) ?? mostUrgentHail(ofRadio(seen), now);
}

const order = makeOrders({
  deeds, say, acknowledge, urgent, receiverNamed,
  waiting: waitingNow,
  roles: () => kept.duty.map((one) => one.role),
  opened: () => opened,
  focused: () => document.activeElement?.closest?.("[data-number]")?.dataset.number ?? "",
  records: () => [...recents.values(), ...calls.values()],
  settings: {
    find: (text) => (sought = text.trim().toLowerCase()),
    show: (word) => chooseNamed(word) || say(t("noSuchChoice", word)),
    silence: () => silenceHere() || say(t("nothingSounds")),
    mute: changeSound,
    language: changeLanguage,
    theme: changeTheme,
    density: changeDensity,
    keys: toggleKeys,
  },
});
const run = (name) => () => order({ name, rest: "" });

function silenceHere() {
  const some = sound.silence();
  if (some) say(t("silencedHere"));
  return some;
}

function changeLanguage() {
  switchLanguage();
  keepView({ language });
  fillWords();
}

// What is seen.

function paint() {
  const now = serverNow();
  put($("clock"), clockTime(now));
  if (performance.now() > saidUntil) put($("said"), "");
  const { staleMs } = kept;
  if (kept.link !== "online") return; // frozen and greyed: a clock that runs on would look alive
  tidy(now);
  const speaking = new Set([...channels.values()].flatMap((channel) => channel.open.map((one) => one.incident)));
  const hails = ofRadio(calls).map((hail) => ({ ...hail, speaking: speaking.has(hail.number) }));
  const live = [...ofPhone(calls), ...hails].filter((call) => !call.closed_at || staysAfterItsEnd(moment(call.closed_at), now));
  live.sort((a, b) => isEmergency(b) - isEmergency(a) || moment(a.opened_at) - moment(b.opened_at));
  const groups = groupAlerts([...alerts.values()], serverNow());
  alarmed = new Set(groups.filter(isWaiting).map((group) => group.top.incident));
  const seen = live.filter(shows);
  const backs = owedBacks();
  const hand = inHand(backs);
  const unanswered = [...missed.values()].filter(shows).reverse();
  fillNow(seen, now);
  fillBacks($("backs"), backs, now, staleMs, deeds);
  fillHand($("hands"), hand, now, staleMs, deeds);
  $("hand").hidden = !hand.length;
  put($("hand-count"), String(hand.length));
  fillRadio({ channels: [...channels.values()], hails: hails.filter(shows), missed: unanswered, units: [...units.values()] }, now, staleMs, deeds);
  const emergencies = groups.filter((group) => group.emergency);
  for (const group of emergencies) named(group.top);
  const quieter = groups.filter((group) => !group.emergency);
  const shown = allAlerts ? quieter : quieter.slice(0, opened ? ALERTS_BESIDE_RECORD : ALERTS_SHOWN);
  fillEmergencies($("emergencies"), emergencies, now, deeds);
  fillAlerts($("alert-rows"), shown, !emergencies.length, deeds);
  if (!document.hidden) for (const group of [...emergencies, ...shown]) group.waiting.forEach(deeds.seen);
  fillMore(quieter.length - shown.length);
  fillRecents($("recents"), [...recents.values()].reverse(), openDetail);
  const hidden = [...calls.values()].filter((call) => isWork(call) && !shows(call)).length + missed.size - unanswered.length;
  fillFiltered(hidden);
  fillCounts(seen.filter((call) => !call.closed_at).length, backs.length, groups, hidden);
  fillStrip(live, now);
  seek();
  tell(live, groups, now);
}

const ofPhone = (all) => [...all.values()].filter((call) => !isHail(call));
const isEmergency = (call) => !call.closed_at && call.flags.includes("emergency");
const ofRadio = (all) => [...all.values()].filter(isHail);

function owedBacks() {
  const backs = [...calls.values()].filter(shows).map((call) => ({ call, clock: callBackOf(call) })).filter(({ clock }) => clock);
  return backs.sort((a, b) => moment(a.clock.due_at) - moment(b.clock.due_at));
}

const isWork = (call) => !call.closed_at || callBackOf(call) || promiseOf(call) || isInHand(call);

/** Nothing urgent is hidden by a filter: no emergency, nothing overdue, nothing that an alert waits for; nor what is open. */
function shows(call) {
  return passes(call) || call.number === opened || isEmergency(call) || alarmed.has(call.number) || isOverdue(call, serverNow());
}

const isOverdue = (call, now) => lookOf(call, now).phase === "breach" || call.clocks.some((clock) => clock.owed && moment(clock.due_at) <= now);

const isInHand = (call) => Boolean(call.claimed_by) && call.attention !== "completed";

/** Calls that are over, and whose record is not: mine first, then who has had theirs the longest. */
function inHand(backs) {
  const shown = new Set(backs.map(({ call }) => call));
  const hand = [...calls.values()].filter((call) => call.closed_at && isInHand(call) && !shown.has(call) && shows(call));
  const mine = (call) => careLook(call, 0, kept.staleMs).mine;
  return hand.sort((a, b) => mine(b) - mine(a) || moment(a.claimed_at) - moment(b.claimed_at));
}

/** Calls and hails in one list, in the order they began: no row ever moves another but the last, and an emergency. */
function fillNow(live, now) {
  const phones = live.filter((call) => !isHail(call));
  const keys = [mostUrgentHold(phones, now), mostUrgentRing(phones, now), mostUrgentHail(live.filter(isHail), now)];
  const make = (call) => (isHail(call) ? makeHail(deeds) : makeCall(deeds));
  keep($("calls"), live, (call) => call.call, make, (row, call) => (isHail(call) ? fillHail : fillCall)(row, call, now, { urgent: keys, staleMs: kept.staleMs }));
}

const lookOf = (call, now) => (isHail(call) ? hailLook(call, now) : callLook(call, call.rings_allowed, now));

/** Until the next minute, so that rows leave together; but nothing vanishes the moment it ends. */
function staysAfterItsEnd(closed, now) {
  return now - closed < ENDED_MS || Math.floor(closed / MINUTE_MS) === Math.floor(now / MINUTE_MS);
}

function tidy(now) {
  for (const [id, alert] of alerts) if (alert.gone && now - alert.gone_ms > GONE_MS) alerts.delete(id);
  for (const [id, call] of calls) {
    if (call.closed_at && now - moment(call.closed_at) > MINUTE_MS && !isWork(call)) calls.delete(id);
  }
}

let seekedFor = " ";

/** What is sought stands out; what rings stays where it is, and legible. */
function seek() {
  const now = `${sought} ${opened}`;
  if (now === " " && seekedFor === now) return; // nothing is sought or open, nor was: nothing to mark
  seekedFor = now;
  put($("sought"), sought ? t("soughtFor", sought) : "");
  for (const row of document.querySelectorAll("#calls .row, #backs .row, #hands .row, #alert-rows .row, #recents .row, #missed .row")) {
    mark(row, "sought", String(!sought || row.textContent.toLowerCase().includes(sought)));
    mark(row, "open", String(opened !== "" && row.dataset.number === opened));
  }
}

function fillMore(folded) {
  const button = $("alerts-more");
  button.hidden = !allAlerts && folded <= 0;
  put(button, allAlerts ? t("fewerAlerts") : t("moreAlerts", folded));
  button.setAttribute("aria-expanded", String(allAlerts));
}

function fillCounts(live, backs, groups, unseen) {
  const waiting = groups.filter(isWaiting).length;
  put($("now-count"), live ? String(live) : "");
  put($("back-count"), backs ? String(backs) : "");
  put($("alerts-count"), waiting ? String(waiting) : "");
  const alive = t("alive", kept.sources.filter((source) => source.state === "online").length, kept.sources.length);
  put($("calls-empty"), kept.hidden.incidents > 0 ? t("more", kept.hidden.incidents) : $("calls").childElementCount || unseen ? "" : `${t("callsEmpty")} ${alive}`);
  put($("backs-empty"), backs || unseen ? "" : t("backsEmpty"));
  if (unseen) put($("owed-empty"), "");
  put($("alerts-empty"), opened ? "" : kept.hidden.alerts > 0 ? t("more", kept.hidden.alerts) : groups.length ? "" : t("alertsEmpty"));
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

/** Sound, notices and the screen reader: once for each new thing, and the breach tone while it waits. */
function tell(live, groups, now) {
  for (const call of live) {
    const { phase } = lookOf(call, now);
    if (phases.get(call.call) !== phase) {
      if (phase === "warn") sound.warnTone();
      if (phase === "last") sound.lastTone();
      phases.set(call.call, phase);
    }
  }
  const waiting = groups.filter(isWaiting);
  for (const group of waiting) {
    if (announced.has(group.key)) continue;
    announced.add(group.key);
    put($("breach-said"), group.top.text[language] ?? "");
  }
  if (announced.size > 500) announced = new Set(waiting.map((group) => group.key));
  for (const id of phases.keys()) if (!calls.has(id)) phases.delete(id);
  const emergency = waiting.some((group) => group.emergency);
  const through = kept.desk.missed_call_bypasses_mute ? waiting.filter((group) => group.top.rule === "three_rings").map((group) => group.key) : [];
  sound.emergencyTone(emergency);
  sound.breachTone(emergency ? [] : waiting.map((group) => group.key), new Set(through));
  askForSound(waiting.length > 0);
  notifyOf(waiting);
  document.title = (waiting.length ? `(${waiting.length}) ` : "") + `三声 · ${document.body.dataset.site}`;
}

// One record beside the board.

const liveOf = (number) => [...calls.values()].find((call) => call.number === number);
const around = () => ({ named, desk: kept.desk, deeds, staleMs: kept.staleMs, leave: closeDetail, live: liveOf(opened) });

function openDetail(number) {
  opened = number;
  for (const id of ["recents", "recents-empty"]) $(id).hidden = true;
  mark(document.body, "record", "open");
  showDetail($("detail"), number, around());
}

let refreshing = 0;

/** Once for all that changes within a moment: each keystroke that is kept is such a change. */
function refresh() {
  clearTimeout(refreshing);
  refreshing = setTimeout(() => opened && refreshDetail($("detail"), opened, around()), 150);
}

function closeDetail() {
  opened = $("detail").dataset.number = "";
  for (const id of ["recents", "recents-empty"]) $(id).hidden = false;
  $("detail").hidden = true;
  mark(document.body, "record", "");
}

function fillWords() {
  fillControls();
  fillFilter();
  fillKept();
  if (opened) openDetail(opened);
}

// The keys.

/** Up and down walk through all rows that can be opened. */
function walk(step) {
  const all = [...document.querySelectorAll("#emergencies .plain, #calls .number, #alert-rows .text button, #backs .number, #hands .number, #promises .number, #missed .record, #recents .record")].filter((node) => node.offsetParent);
  const at = all.indexOf(document.activeElement);
  all.at(at < 0 ? (step > 0 ? 0 : -1) : (at + step + all.length) % all.length)?.focus();
}

/** What stands in the way goes first, the innermost: the keys, a tone, what is sought, the record. */
function escape() {
  if (!$("keys").hidden) toggleKeys();
  else if (silenceHere()) return;
  else if (sought) sought = "";
  else if (opened) closeDetail();
}

function edit() {
  if (!opened) return false;
  ($("detail").querySelector(".told [name]:placeholder-shown, .told [data-missing=true] [name]") ?? $("detail").querySelector(".told [name]"))?.focus();
  return true;
}

bindControls({
  c: run("claim"), a: run("ack"), h: run("hold"), r: run("net"), b: run("back"), z: run("snooze"), g: () => openLine(`/${language === "zh" ? "移交" : "give"} `),
  e: edit, n: () => openLine(`/${language === "zh" ? "备注" : "note"} `), p: () => opened && run("park")(), d: () => opened && run("done")(), o: () => opened && openLine("/override "),
  s: () => silenceHere() || say(t("nothingSounds")), m: changeSound, l: changeLanguage, t: () => changeTheme(),
  "/": () => openLine(), "?": toggleKeys, Escape: escape, ArrowDown: () => walk(1), ArrowUp: () => walk(-1),
});
bindLine(order, say);
bindFilter();
$("alerts-more").addEventListener("click", () => (allAlerts = !allAlerts));

dropOldDrafts();
fillWords();
takeView(fillWords);
openKept((number) => {
  if (number === undefined) fillFilter();
  if (opened && (number ?? opened) === opened) refresh();
});
setInterval(paint, PAINT_MS);
