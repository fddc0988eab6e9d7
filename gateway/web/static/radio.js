// The radio's part of the page: channels, hails, whom we owe an answer, missed hails, units, emergencies.
import { fillOwner } from "./care.js";
import { el, keep, mark, put, seconds, span } from "./dom.js";
import { channelLook, hailLook, promised, sortedUnits } from "./hails.js";
import { MARKS, moment } from "./model.js";
import { channelWords, hailRoute, nameWords, unitWords } from "./names.js";
import { clockTime, owedRow, verdictWords } from "./rows.js";
import { language, t } from "./words.js";

const FADES_MS = 3000;
const DOTS_MAX = 6;
const MARK_OF = { quiet: "○", open: "●", control: "◉", breach: "■" };

function ago(ms) {
  const s = Math.max(0, Math.floor(ms / 1000));
  if (s < 60) return t("agoSeconds", s);
  return s < 3600 ? t("agoMinutes", Math.floor(s / 60)) : t("agoHours", Math.floor(s / 3600));
}

const $ = (id) => document.getElementById(id);

/** All of the radio but its hails, which stand among the calls. A site without radio sees none of it. */
export function fillRadio({ channels, hails, missed, units }, now, staleMs, actions) {
  $("radio").hidden = $("units").hidden = $("channels").hidden = !channels.length && !hails.length && !units.length;
  if ($("radio").hidden) return;
  const owed = promised(hails);
  const absent = units.filter((unit) => unit.missing).length;
  fillChannels($("channels"), channels.sort((a, b) => a.channel.localeCompare(b.channel)), now);
  fillPromises($("promises"), owed, now, staleMs, actions);
  fillMissed($("missed"), missed, actions);
  fillUnits($("unit-rows"), sortedUnits(units), now);
  put($("owed-count"), owed.length + missed.length ? String(owed.length + missed.length) : "");
  put($("owed-empty"), owed.length + missed.length ? "" : t("owedEmpty"));
  put($("units-count"), String(units.length));
  put($("units-missing"), absent ? `■ ${t("missingPosts", absent)}` : "");
}

function fillChannels(list, channels, now) {
  keep(list, channels, (channel) => channel.channel, makeChannel, (item, channel) => {
    const look = channelLook(channel, now);
    const [sign, name, who, when, badge] = item.children;
    mark(item, "phase", look.phase);
    put(sign, MARK_OF[look.phase]);
    put(name, channelWords(channel));
    put(who, look.who ? look.who.map(unitWords).join(" + ") : look.phase === "control" ? t("controlSpeaks") : channel.last_unit ? unitWords(lastOf(channel)) : "");
    put(when, look.since_ms === null ? t("neverSpoke") : look.phase === "quiet" ? ago(look.since_ms) : span(look.since_ms));
    put(badge, channel.two_calls === true ? "" : t(channel.two_calls === false ? "ruleOff" : "blind"));
    item.title = channel.two_calls === "not_observable" ? t("blindTo", t("rule_two_calls")) : channel.sources.join(", ");
  });
}

const makeChannel = () => el("li.channel", {}, el("i", { "aria-hidden": "true" }), el("b"), el("span"), el("small"), el("em.badge"));
const lastOf = (channel) => ({ unit: channel.last_unit, unit_name: channel.last_unit_name, unit_post: channel.last_unit_post });

export function makeHail(actions) {
  const answered = el("button.act", { type: "button" }, el("kbd", {}, "R"), " ", el("span"));
  const wait = el("button.act", { type: "button" });
  const who = el("button.number.plain", { type: "button" });
  const row = el(
    "li.row.call.hail", {},
    el("span.mark", { "aria-hidden": "true" }),
    el("span.state", {}, el("b"), el("span.dots", { "aria-hidden": "true" })),
    el("span.who", {}, who, el("span.name"), el("em.owner"), el("span.route")),
    el("span.count", {}, el("b"), el("small")),
    el("span.acts", {}, answered, wait),
    el("span.bar", { "aria-hidden": "true" }, el("i")),
  );
  answered.addEventListener("click", () => actions.answered(row.dataset.number, answered));
  wait.addEventListener("click", () => actions.promise(row.dataset.number, wait));
  who.addEventListener("click", () => actions.open(row.dataset.number));
  return row;
}

/** `urgent`: which records the keys mean. `staleMs`: see care.js. */
export function fillHail(row, hail, now, { urgent, staleMs }) {
  const look = hailLook(hail, now);
  const [sign, state, who, count, acts, bar] = row.children;
  const [answered, wait] = acts.children;
  mark(row, "phase", look.phase);
  mark(row, "number", hail.number);
  mark(row, "verdict", look.verdict?.state ?? "");
  mark(row, "fading", String(Boolean(hail.closed_at) && now - moment(hail.closed_at) > FADES_MS));
  put(sign, look.until && look.verdict?.state === "breached" ? MARKS.breach : MARKS[look.phase]);
  put(state.firstChild, stateWords(look));
  put(state.lastChild, look.waits ? dots(look) : "");
  put(who.children[0], nameWords(hail));
  who.children[0].title = t("openRecord");
  fillOwner(who.children[2], hail, now, staleMs);
  put(who.children[3], hailRoute(hail));
  put(count.firstChild, look.until ? span(look.until - look.since) : `${seconds(now - look.since)} s`);
  put(count.lastChild, countWords(look, now));
  answered.hidden = !look.waits || !hail.board_counts;
  wait.hidden = !look.waits;
  answered.firstChild.hidden = !urgent.includes(hail); // the key is for this one only
  put(answered.lastChild, t("hailAnswered"));
  put(wait, t("pleaseWait"));
  bar.hidden = look.fraction === undefined || look.phase === "breach";
  bar.firstChild.style.transform = `scaleX(${look.fraction ?? 0})`;
}

function stateWords(look) {
  if (look.what === "hail") return t("hailCount", look.calls);
  if (look.what === "noReply") return `${t("noReply")} · ${t("hailCount", look.calls)}`;
  if (look.what.startsWith("hailEnd_") && look.verdict && look.verdict.state !== "open") return verdictWords(look.verdict).replace(/^\S /, "");
  return t(look.what);
}

function countWords(look, now) {
  if (look.what.startsWith("hailEnd_")) return t(look.what);
  if (!look.due) return look.hint ? t(look.hint) : "";
  const left = look.due - now;
  const words = left >= 0 ? t("left", seconds(left)) : t("over", seconds(left));
  return look.hint ? `${t(look.hint)} · ${words}` : words;
}

/** ●○ one call of two; beyond what is allowed only filled ones. */
function dots({ calls, allowed }) {
  if (calls > DOTS_MAX) return `●×${calls}`;
  return "●".repeat(calls) + "○".repeat(Math.max(Math.min(allowed, DOTS_MAX) - calls, 0));
}

/** Promises that run, and hails nobody answered: each goes away by its button, or opens its record. */
function fillPromises(list, owed, now, staleMs, actions) {
  keep(list, owed, ({ hail }) => hail.call, () => makePromise(actions), (row, { hail, clock }) => {
    const left = moment(clock.due_at) - now;
    const warned = clock.steps.some((step) => step.kind === "warning" && moment(step.at) <= now);
    const [sign, state, who, count, acts] = row.children;
    mark(row, "phase", left < 0 ? "breach" : warned ? "warn" : "hold");
    mark(row, "number", hail.number);
    put(sign, left < 0 ? MARKS.breach : warned ? MARKS.warn : "↩");
    put(state.firstChild, t("promised"));
    put(who.children[0], nameWords(hail));
    fillOwner(who.children[2], hail, now, staleMs);
    put(who.children[3], `${clockTime(clock.opened_at)} ${hailRoute(hail)}`);
    put(count.firstChild, span(Math.abs(left)));
    put(count.lastChild, left < 0 ? t("overdue") : t("dueIn"));
    put(acts.firstChild, t("promiseKept"));
  });
}

function makePromise(actions) {
  const row = owedRow(actions);
  const kept = row.querySelector(".acts button");
  kept.addEventListener("click", () => actions.promiseKept(row.dataset.number, kept));
  return row;
}

function fillMissed(list, missed, actions) {
  keep(list, missed, (hail) => hail.number, () => makeMissed(actions), (row, hail) => {
    const [when, who, result] = row.firstChild.children;
    row.number = hail.number;
    mark(row, "verdict", "breached");
    put(when, clockTime(hail.opened_at));
    put(who.firstChild, nameWords(hail));
    put(who.lastChild, hailRoute(hail));
    put(result.firstChild, `■ ${t("callsMade", hail.calls)}`);
    put(result.lastChild, t("hailEnd_missed"));
  });
}

function makeMissed(actions) {
  const button = el("button.record", { type: "button" }, el("time.when"), el("span.who", {}, el("b.number"), el("span.route")), el("span.result", {}, el("b"), el("small")));
  const row = el("li.row.recent", {}, button);
  button.addEventListener("click", () => actions.open(row.number));
  return row;
}

function fillUnits(list, units, now) {
  keep(list, units, (unit) => unit.unit, makeUnit, (row, unit) => {
    const [sign, who, where, when] = row.children;
    mark(row, "missing", String(unit.missing));
    put(sign, unit.missing ? "■" : unit.last_heard_at && unit.present ? "●" : "○");
    put(who, unitWords({ unit: unit.unit, unit_name: unit.name, unit_post: unit.post }));
    put(where, unit.channel);
    put(when, unit.missing ? t("postMissing") : unit.last_heard_at ? ago(now - moment(unit.last_heard_at)) : t("neverHeardUnit"));
    row.title = unit.heard_every_s ? t("heardEvery", Math.round(unit.heard_every_s / 60)) : "";
  });
}

const makeUnit = () => el("li.unit", {}, el("i", { "aria-hidden": "true" }), el("b"), el("span"), el("small"));

/** Above everything, until somebody acknowledges it. */
export function fillEmergencies(list, groups, now, actions) {
  keep(list, groups, (group) => group.key, () => makeEmergency(actions), (row, group) => {
    const { top } = group;
    const [, words, when, acts] = row.children;
    row.alerts = group.waiting;
    put(words.firstChild, `${t("emergency")}  ${unitWords(top)}`);
    put(words.lastChild, top.text[language] ?? top.text.zh);
    put(when, `${clockTime(top.raised_at)} · ${ago(now - moment(top.raised_at))}`);
    acts.firstChild.firstChild.hidden = group !== groups[0];
    put(acts.firstChild.lastChild, t("acknowledge"));
  });
}

function makeEmergency(actions) {
  const button = el("button.act", { type: "button" }, el("kbd", {}, "A"), " ", el("span"));
  const about = el("button.plain", { type: "button", title: t("openRecord") });
  const row = el("li.emergency", {}, el("span.mark", { "aria-hidden": "true" }, "■■"), el("span.text", {}, about, el("small")), el("time"), el("span.acts", {}, button));
  button.addEventListener("click", () => actions.acknowledge(row.alerts, button));
  about.addEventListener("click", () => actions.open(row.alerts[0].incident));
  return row;
}
