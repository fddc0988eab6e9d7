// The board: keeps what the stream tells, and paints it ten times a second by the gateway's clock.
import { showDetail } from "./detail.js";
import { el, keep, mark, put, span } from "./dom.js";
import { act, newKey, openFeed, read, serverNow } from "./feed.js";
import { callBackOf, callLook, groupAlerts, moment, mostUrgentHold, pendingOf } from "./model.js";
import { clockTime, fillAlerts, fillBacks, fillCalls, fillRecents, setZone } from "./rows.js";
import * as sound from "./sound.js";
import { language, switchLanguage, t } from "./words.js";

const PAINT_MS = 100;
const MINUTE_MS = 60_000;
const RECENT_MAX = 30;
const ALERTS_SHOWN = 8; // a flood is one line with its count, until somebody wants to see it all
const ENDED_MS = 10_000;
const GONE_MS = 6000; // a cleared alert may be read so long
const THEMES = ["auto", "day", "night", "contrast"];

const $ = (id) => document.getElementById(id);
const calls = new Map();
const alerts = new Map();
const recents = new Map();
const phases = new Map();
let lineNames = new Map();
let sources = [];
let notifiers = [];
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
    feed.ping(data);
    readRecents();
  },
  incident(call) {
    if (call.merged_into) calls.delete(call.call);
    else calls.set(call.call, call);
    if (call.closed_at && !call.merged_into) remember(call);
  },
  alert(alert) {
    for (const id of alert.clears) leave(alerts.get(id));
    if (alert.kind === "cleared") return;
    const known = alerts.get(alert.id);
    alerts.set(alert.id, { ...alert, gone: known?.gone, gone_ms: known?.gone_ms });
    if (["cleared", "expired"].includes(alert.state)) leave(alerts.get(alert.id));
  },
  sources(data) {
    sources = data;
    fillLights();
  },
  ping(data) {
    ({ ready, notifiers } = data);
    feed.sources(data.sources);
    fillBanner();
  },
  link(state) {
    link = state;
    fillBanner();
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

function remember(record) {
  record.line_name ??= lineNames.get(record.line);
  recents.delete(record.number);
  recents.set(record.number, record);
  while (recents.size > RECENT_MAX) recents.delete(recents.keys().next().value);
}

// What the desk does.

const actions = {
  acknowledge: (waiting, button) => perform("acknowledge", button, waiting.map((alert) => `/api/v1/alerts/${encodeURIComponent(alert.id)}/acknowledge`)),
  checkIn: (number, button) => perform("checkIn", button, [`/api/v1/incidents/${encodeURIComponent(number)}/check-in`]),
  calledBack: (number, button) => perform("calledBack", button, [`/api/v1/incidents/${encodeURIComponent(number)}/called-back`]),
};

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
  const first = mostUrgentHold([...calls.values()], serverNow());
  if (first) actions.checkIn(first.number);
  else say(t("nobodyOnHold"));
}

// What is seen.

function paint() {
  const now = serverNow();
  put($("clock"), clockTime(now));
  if (performance.now() > saidUntil) put($("said"), "");
  if (link !== "online") return; // frozen and greyed: a clock that runs on would look alive
  tidy(now);
  const live = [...calls.values()].filter((call) => !call.closed_at || staysAfterItsEnd(moment(call.closed_at), now));
  live.sort((a, b) => moment(a.opened_at) - moment(b.opened_at));
  const backs = [...calls.values()].map((call) => ({ call, clock: callBackOf(call) })).filter(({ clock }) => clock);
  backs.sort((a, b) => moment(a.clock.due_at) - moment(b.clock.due_at));
  const groups = groupAlerts([...alerts.values()]);
  fillCalls($("calls"), live, now, actions);
  fillBacks($("backs"), backs, now, actions);
  const shown = allAlerts ? groups : groups.slice(0, ALERTS_SHOWN);
  fillAlerts($("alert-rows"), shown, actions);
  fillMore(groups.length - shown.length);
  fillRecents($("recents"), [...recents.values()].reverse(), openDetail);
  fillCounts(live.filter((call) => !call.closed_at).length, backs.length, groups);
  fillStrip(live, now);
  tell(live, groups, now);
}

/** Until the next minute, so that rows leave together; but nothing vanishes the moment it ends. */
function staysAfterItsEnd(closed, now) {
  return now - closed < ENDED_MS || Math.floor(closed / MINUTE_MS) === Math.floor(now / MINUTE_MS);
}

function tidy(now) {
  for (const [id, alert] of alerts) if (alert.gone && now - alert.gone_ms > GONE_MS) alerts.delete(id);
  for (const [id, call] of calls) {
    if (call.closed_at && now - moment(call.closed_at) > MINUTE_MS && !callBackOf(call)) calls.delete(id);
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
  const over = live.filter((call) => callLook(call, call.rings_allowed, now).phase === "breach").length;
  const left = first === null ? null : first - now;
  put($("pending"), count || over ? t("pending", count) : t("calm"));
  put($("over"), over ? t("overdueCount", over) : "");
  put($("due"), left === null ? "" : `${t("firstDue")} ${span(left + 999)}`);
  mark($("strip"), "phase", over ? "breach" : left === null ? "calm" : left < 5000 ? "last" : "pending");
}

/** Sound and the screen reader: once for each new thing, and the breach tone while it waits. */
function tell(live, groups, now) {
  for (const call of live) {
    const { phase } = callLook(call, call.rings_allowed, now);
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
  sound.breachTone(waiting.map((group) => group.key));
  document.title = (waiting.length ? `(${waiting.length}) ` : "") + `三声 · ${document.body.dataset.site}`;
}

const LIGHTS = { online: ["green", "●"], connecting: ["amber", "▲"], stale: ["amber", "▲"], offline: ["red", "■"], refused: ["red", "■"], unknown: ["grey", "○"] };

/** By the minute: a number that changes every second would draw the eye for nothing. */
function heardWords(age_s) {
  return age_s < 60 ? t("heardNow") : t("heardAgo", Math.floor(age_s / 60));
}

function fillLights() {
  keep($("sources"), sources, (source) => source.name, makeLight, (item, source) => {
    const idle = source.last_event_age_s === null;
    const heard = idle ? t("neverHeard") : heardWords(source.last_event_age_s);
    const waiting = source.state === "unknown" && idle;
    const light = source.pushed && source.state === "online" ? heard : t(`light_${source.state}`);
    fillLight(item, source.name, source.state, waiting ? t("waitingNote") : light);
    item.title = [source.kind, heard, source.reason, source.observable.hold_checkin === true ? "" : t("holdHidden")].filter(Boolean).join(" · ");
  });
  keep($("notifiers"), notifiers, (notifier) => notifier.name, makeLight, (item, notifier) => {
    fillLight(item, `→ ${notifier.name}`, notifier.link, t(`light_${notifier.link}`));
    item.title = [t("tellsWaiting", notifier.waiting), notifier.reason].filter(Boolean).join(" · ");
  });
}

const makeLight = () => el("li.light", {}, el("i", { "aria-hidden": "true" }), el("b"), el("span"));

function fillLight(item, name, state, words) {
  const [colour, shape] = LIGHTS[state] ?? LIGHTS.unknown;
  mark(item, "light", colour);
  put(item.children[0], shape);
  put(item.children[1], name);
  put(item.children[2], words);
}

function fillBanner() {
  const banner = $("banner");
  const lost = link === "lost" || link === "signed-out";
  const text = link === "lost" ? t("bannerLost", clockTime(serverNow())) : link === "signed-out" ? t("bannerSignedOut") : ready ? t("bannerNotReady", ready) : "";
  const said = `${link} ${ready} ${language}`;
  if (banner.dataset.said !== said) {
    banner.dataset.said = said;
    banner.hidden = !text;
    banner.replaceChildren(text, ...(link === "signed-out" ? [" ", el("a", { href: "/login" }, t("bannerSignIn"))] : []));
  }
  document.body.classList.toggle("dead", lost);
  mark($("link"), "light", lost ? "red" : link === "online" ? (ready ? "amber" : "green") : "grey");
  put($("link").firstElementChild, lost ? "■" : link === "online" ? "●" : "○");
  put($("link").lastElementChild, t(lost ? "lost" : link === "online" ? "online" : "connecting"));
}

function openDetail(number) {
  for (const id of ["recents", "recents-empty"]) $(id).hidden = true;
  showDetail($("detail"), number, lineNames, closeDetail);
}

function closeDetail() {
  for (const id of ["recents", "recents-empty"]) $(id).hidden = false;
  $("detail").hidden = true;
}

// How it is set: language, colours, sound, keys.

function fillWords() {
  document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
  for (const node of document.querySelectorAll("[data-word]")) put(node, t(node.dataset.word));
  for (const node of document.querySelectorAll("[data-label]")) node.setAttribute("aria-label", t(node.dataset.label));
  put($("language"), language === "zh" ? "EN" : "中");
  $("language").title = t("languageTitle");
  $("help").title = t("helpTitle");
  $("sound").title = t("soundTitle");
  fillTheme();
  fillSound();
  fillKeys();
  fillLights();
  fillBanner();
  closeDetail();
}

const theme = () => (THEMES.includes(localStorage.getItem("theme")) ? localStorage.getItem("theme") : "auto");
const dark = matchMedia("(prefers-color-scheme: dark)");
const contrast = matchMedia("(prefers-contrast: more)");

function fillTheme() {
  const seen = theme() === "auto" ? (contrast.matches ? "contrast" : dark.matches ? "night" : "day") : theme();
  document.documentElement.dataset.theme = seen;
  put($("theme"), t(`theme_${theme()}`));
  $("theme").title = t("themeTitle");
}

function switchTheme() {
  localStorage.setItem("theme", THEMES[(THEMES.indexOf(theme()) + 1) % THEMES.length]);
  fillTheme();
}

function fillSound() {
  put($("sound"), t(sound.armed() ? "soundOn" : "soundOff"));
  $("sound").setAttribute("aria-pressed", String(sound.armed()));
}

function fillKeys() {
  const rows = ["a", "h", "s", "l", "t"].flatMap((key) => [el("dt", {}, el("kbd", {}, key.toUpperCase())), el("dd", {}, t(`key_${key}`))]);
  const close = el("button", { type: "button" }, t("close"));
  close.addEventListener("click", toggleKeys);
  $("keys").replaceChildren(el("h2", {}, t("keysTitle")), el("dl", {}, ...rows, el("dt", {}, el("kbd", {}, "?")), el("dd", {}, t("key_help"))), close);
}

function toggleKeys() {
  $("keys").hidden = !$("keys").hidden;
  $("help").setAttribute("aria-expanded", String(!$("keys").hidden));
}

const keys = {
  a: acknowledgeFirst,
  h: greetMostUrgent,
  s: () => sound.silence(groupAlerts([...alerts.values()]).map((group) => group.key)),
  l: () => (switchLanguage(), fillWords()),
  t: switchTheme,
  "?": toggleKeys,
  Escape: () => (!$("keys").hidden ? toggleKeys() : closeDetail()),
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || event.isComposing) return;
  if (event.target.closest("input, textarea, select, [contenteditable]")) return;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (key in keys) {
    event.preventDefault();
    keys[key]();
  }
});
$("language").addEventListener("click", keys.l);
$("theme").addEventListener("click", switchTheme);
$("help").addEventListener("click", toggleKeys);
$("alerts-more").addEventListener("click", () => (allAlerts = !allAlerts));
$("sound").addEventListener("click", () => (sound.toggleSound(), fillSound()));
for (const query of [dark, contrast]) query.addEventListener("change", fillTheme);

fillWords();
openFeed(feed);
setInterval(paint, PAINT_MS);
