// The rows of calls and records: made once per call or alert, then only refilled, so nothing jumps.
import { el, keep, mark, put, seconds, span } from "./dom.js";
import { careLook, fillOwner } from "./care.js";
import { kindWords } from "./kinds.js";
import { MARKS, callLook, masked, moment } from "./model.js";
import { hailRoute, nameWords } from "./names.js";
import { t } from "./words.js";

const FRESH_MS = 3000;
const JUDGED = ["three_rings", "hold_checkin", "inbound_only", "two_calls", "promise"];
const VERDICT_MARKS = { met: MARKS.done, breached: MARKS.breach, not_measurable: MARKS.unknown };

export function makeCall(actions) {
  const greet = el("button.act", { type: "button" }, el("kbd", {}, "H"), " ", el("span"));
  const claim = el("button.act", { type: "button" }, el("kbd", {}, "C"), " ", el("span"));
  const number = el("button.number.plain", { type: "button" });
  const row = el(
    "li.row.call", {},
    el("span.mark", { "aria-hidden": "true" }),
    el("span.state", {}, el("b"), el("span.dots", { "aria-hidden": "true" })),
    el("span.who", {}, number, el("span.name"), el("em.owner"), el("span.route")),
    el("span.count", {}, el("b"), el("small")),
    el("span.acts", {}, greet, claim),
    el("span.bar", { "aria-hidden": "true" }, el("i")),
  );
  greet.addEventListener("click", () => actions.checkIn(row.dataset.number, greet));
  claim.addEventListener("click", () => actions.claim(row.dataset.number, claim));
  number.addEventListener("click", () => actions.open(row.dataset.number));
  return row;
}

/** `urgent`: which records the keys for a greeting and for a claim mean. `staleMs`: see care.js. */
export function fillCall(row, call, now, { urgent, staleMs }) {
  const look = { ...callLook(call, call.rings_allowed, now), outbound: call.direction === "outbound" };
  const [sign, state, who, count, acts, bar] = row.children;
  const [greet, claim] = acts.children;
  mark(row, "phase", look.phase);
  mark(row, "number", call.number);
  mark(row, "fading", String(Boolean(call.closed_at) && now - moment(call.closed_at) > FRESH_MS));
  mark(row, "verdict", look.verdict?.state ?? "");
  put(sign, VERDICT_MARKS[look.verdict?.state] ?? MARKS[look.phase] ?? MARKS.over);
  put(state.firstChild, stateWords(look));
  put(state.lastChild, look.ring && look.rings ? dots(look.ring, look.rings) : "");
  put(who.children[0], person(call));
  who.children[0].title = t("openRecord");
  put(who.children[1], knownAs(call));
  fillOwner(who.children[2], call, now, staleMs);
  put(who.children[3], route(call));
  put(count.firstChild, look.until ? span(look.until - look.since) : look.phase === "talk" || look.phase === "done" ? span(now - look.since) : `${seconds(now - look.since)} s`);
  put(count.lastChild, countWords(look, now));
  greet.hidden = !look.held || !look.due;
  claim.hidden = !greet.hidden || Boolean(call.claimed_by) || Boolean(call.closed_at);
  greet.firstChild.hidden = claim.firstChild.hidden = !urgent.includes(call); // the keys are for these only
  put(greet.lastChild, t("checkIn"));
  put(claim.lastChild, t("deed_claim"));
  bar.hidden = look.fraction === undefined || look.phase === "breach";
  bar.firstChild.style.transform = `scaleX(${look.fraction ?? 0})`;
}

/** ★ 3-1202 李先生: by the directory, else by the PBX. Who is sensitive stands here for nobody. */
function knownAs(call) {
  const { name, unit, vip, sensitive, language } = call.resident ?? {};
  const known = sensitive ? t("residentSensitive") : [unit, name || call.from_name].filter(Boolean).join(" ");
  return [vip && "★", known || call.from_name, language && language !== "zh" && `[${language}]`].filter(Boolean).join(" ");
}

function stateWords(look) {
  const verdict = look.verdict ? verdictWords(look.verdict).replace(/^\S /, "") : "";  // its sign stands before
  if (look.what === "ring") return t("ring", look.ring);
  if (look.what === "arriving" && look.outbound) return t("outbound");
  if (look.what === "talk") return verdict || t("talk");
  if (look.what.startsWith("outcome_")) return verdict || t(look.what);
  return t(look.hint === "greetNow" ? "greetNow" : look.what);
}

function countWords(look, now) {
  if (look.what === "talk") return t("talk");
  if (look.what.startsWith("outcome_")) return t(look.what);
  if (!look.due) return look.what === "hold" ? t("hold") : "";
  const left = look.due - now;
  if (look.held) return left >= 0 ? t("nextGreeting", Math.ceil(left / 1000)) : t("greetOver", Math.floor(-left / 1000));
  const words = left >= 0 ? t("left", seconds(left)) : t("over", seconds(left));
  return look.hint ? `${t(look.hint)} · ${words}` : words;
}

const dots = (ring, rings) => "●".repeat(Math.min(ring, rings)) + "○".repeat(Math.max(rings - ring, 0));

/** The person outside: who called, or who is called. A radio's number is nobody's secret. */
function person(call) {
  if (call.medium === "radio") return nameWords(call);
  const number = call.direction === "outbound" ? call.to : call.from;
  return number ? masked(number) : t("anonymous");
}

function route(call) {
  if (call.medium === "radio") return hailRoute(call);
  if (call.direction === "outbound") return [t("outbound"), call.agent || call.from].filter(Boolean).join(" ");
  const line = [call.line || call.to, call.line_name].filter(Boolean).join(" ");
  const desk = [call.device || call.devices_ringing?.join(", "), call.agent].filter(Boolean).join(" ") || (call.queued ? `${t("queued")} ${call.queue}` : "");
  return [line, desk].filter(Boolean).join(` ${t("to")} `);
}

/** ✔ 第2声 7.4 s · ✔ 2 次 3.1 s · ■ 超时 16.0 s · ? 无法判定 */
export function verdictWords(clock) {
  const state = clock.verdict ?? clock.state;
  const s = clock.seconds === null || clock.seconds === undefined ? "" : (Math.floor(clock.seconds * 10) / 10).toFixed(1);
  if (state === "met" && clock.calls) return `${t("verdict_met")} ${t("callsMade", clock.calls)} ${s} s`;
  if (state === "breached" && clock.reason === "emergency") return `■ ${t("emergency")}`;
  if (state === "met") return `${t("verdict_met")} ${s ? t("metIn", clock.ring, s) : ""}`.trim();
  if (state === "breached" && clock.rule === "hold_checkin") return `■ ${t("holdBreachedAt", s)}`;
  if (state === "breached") return s ? `■ ${t("breachedAt", s)}` : t("verdict_breached");
  return t(`verdict_${state}`);
}

export function fillBacks(list, backs, now, staleMs, actions) {
  keep(list, backs, ({ call }) => call.call, () => makeBack(actions), (row, { call, clock }) => {
    const left = moment(clock.due_at) - now;
    const warned = clock.steps.some((step) => step.kind === "warning" && moment(step.at) <= now);
    const [sign, state, who, count] = row.children;
    mark(row, "phase", left < 0 ? "breach" : warned ? "warn" : "hold");
    mark(row, "number", call.number);
    put(sign, left < 0 ? MARKS.breach : warned ? MARKS.warn : "↩");
    put(state.firstChild, t(`outcome_${call.outcome}`));
    put(who.children[0], call.from || t("anonymous"));
    put(who.children[1], knownAs(call));
    fillOwner(who.children[2], call, now, staleMs);
    put(who.children[3], `${clockTime(call.opened_at)} ${route(call)}`);
    put(count.firstChild, span(Math.abs(left)));
    put(count.lastChild, left < 0 ? t("overdue") : t("dueIn"));
    put(row.querySelector(".acts button"), t("calledBack"));
  });
}

function makeBack(actions) {
  const row = owedRow(actions);
  const button = row.querySelector(".acts button");
  button.addEventListener("click", () => actions.calledBack(row.dataset.number, button));
  return row;
}

/** A record that waits for the desk, with the one button that ends its waiting. */
export function owedRow(actions) {
  const number = el("button.number.plain", { type: "button" });
  const row = el(
    "li.row.back", {},
    el("span.mark", { "aria-hidden": "true" }),
    el("span.state", {}, el("b")),
    el("span.who", {}, number, el("span.name"), el("em.owner"), el("span.route")),
    el("span.count", {}, el("b"), el("small")),
    el("span.acts", {}, el("button.act", { type: "button" })),
  );
  number.addEventListener("click", () => actions.open(row.dataset.number));
  return row;
}

/** What somebody has in hand beyond the call itself: parked, or claimed and not completed. */
export function fillHand(list, records, now, staleMs, actions) {
  keep(list, records, (record) => record.call, () => makeHand(actions), (row, record) => {
    const look = careLook(record, now, staleMs);
    const [sign, state, who, count, acts] = row.children;
    mark(row, "phase", "hold");
    mark(row, "number", record.number);
    put(sign, look.phase === "parked" ? "‖" : "◐");
    put(state.firstChild, record.facts.kind ? kindWords(record.facts.kind) : t(look.phase === "parked" ? "parked" : "inHand"));
    put(who.children[0], person(record));
    put(who.children[1], record.facts.matter || knownAs(record));
    fillOwner(who.children[2], record, now, staleMs);
    put(who.children[3], [dayTime(record.opened_at), record.facts.place || route(record)].filter(Boolean).join("  "));
    put(count.firstChild, span(now - moment(record.claimed_at ?? record.opened_at)));
    put(count.lastChild, t(look.phase === "parked" ? "parked" : "inHand"));
    acts.firstChild.hidden = !look.mine;
    put(acts.firstChild, t("deed_complete"));
  });
}

function makeHand(actions) {
  const row = owedRow(actions);
  const button = row.querySelector(".acts button");
  button.addEventListener("click", () => actions.complete(row.dataset.number, "", button));
  return row;
}

export function fillRecents(list, records, open) {
  keep(list, records, (record) => record.number, () => makeRecent(open), (row, record) => {
    const button = row.firstChild;
    const [when, who, result] = button.children;
    const judged = record.verdicts.filter((verdict) => JUDGED.includes(verdict.rule));
    const worst = judged.find((v) => v.verdict === "breached") ?? judged.find((v) => v.rule === "three_rings") ?? judged[0];
    row.number = record.number;
    mark(row, "verdict", worst?.verdict ?? "none");
    put(when, clockTime(record.opened_at));
    put(who.firstChild, person(record));
    put(who.lastChild, route(record));
    put(result.firstChild, worst ? verdictWords(worst) : "–");
    put(result.lastChild, t(`${record.medium === "radio" ? "hailEnd" : "outcome"}_${record.outcome}`));
  });
}

function makeRecent(open) {
  const button = el("button.record", { type: "button" }, el("time.when"), el("span.who", {}, el("b.number"), el("span.route")), el("span.result", {}, el("b"), el("small")));
  const row = el("li.row.recent", {}, button);
  button.addEventListener("click", () => open(row.number));
  return row;
}

let zone = { hour12: false };

/** The desk reads the site's clock, wherever the browser stands. */
export function setZone(timeZone) {
  zone = { hour12: false, timeZone };
}

/** 11-21 for another day than today's: "" for today. */
export function dayTime(at) {
  const day = (moment) => new Date(moment).toLocaleDateString("en-CA", { timeZone: zone.timeZone });
  return day(at) === day(Date.now()) ? "" : day(at).slice(5);
}

export function clockTime(at) {
  return at ? new Date(at).toLocaleTimeString("en-GB", zone) : "–";
}
