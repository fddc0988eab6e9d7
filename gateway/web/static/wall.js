// The wall board: what rings, hails or waits, each in a place that it keeps until it is over. Nothing is clickable.
import { el, keep, mark, put, seconds, span } from "./dom.js";
import { openFeed, read, serverNow } from "./feed.js";
import { hailLook, isHail, promiseOf } from "./hails.js";
import { followTheMachine, showTheme } from "./look.js";
import { callBackOf, callLook, groupAlerts, MARKS, masked, moment, pendingOf } from "./model.js";
import { channelWords, nameWords, unitWords } from "./names.js";
import { clockTime, setZone } from "./rows.js";
import { language, t } from "./words.js";

const SLOTS = 6;
const PAINT_MS = 200;
const READ_MS = 15_000;
const STAYS_MS = 5000; // what is over is shown so long
const YIELDS = new Set(["talk", "done", "over"]); // nobody waits there: on a full board they give their place to who does

const WORDS = {
  zh: { empty: "没有进行中的来电和呼叫", calls: "今日来电", answered: "已接听", rings: "三声内", replies: "两声内应答", backs: "待回电", overdue: "今日超时", lost: (time) => `连接中断 · 画面停在 ${time}`, signedOut: "登录已失效，请重新登录这块屏", waits: (n) => `${n} 项待处理`, calm: "无待处理", more: (n) => `另有 ${n} 项`, oldest: (what, time) => `等得最久：${what} ${time}`, alerts: (n) => `■ ${n} 条告警待确认`, emergency: (who, n) => `■■ 紧急 ${who}` + (n > 1 ? ` 等 ${n} 起` : ""), notReady: "网关现在不能接收事件" },
  en: { empty: "No call or hail right now", calls: "Calls today", answered: "Answered", rings: "Within three rings", replies: "Within two calls", backs: "Call-backs", overdue: "Overdue today", lost: (time) => `Connection lost · this picture is of ${time}`, signedOut: "Signed out: sign this screen in again", waits: (n) => `${n} pending`, calm: "Nothing pending", more: (n) => `${n} more`, oldest: (what, time) => `Longest wait: ${what} ${time}`, alerts: (n) => (n === 1 ? "■ 1 alert waits" : `■ ${n} alerts wait`), emergency: (who, n) => `■■ Emergency ${who}` + (n > 1 ? ` and ${n - 1} more` : ""), notReady: "The gateway cannot take events now" },
};
const words = WORDS[language];

const $ = (id) => document.getElementById(id);
const live = new Map();
const alerts = new Map();
const slots = Array(SLOTS).fill(null); // the call in each place
let link = "connecting";
let heard = 0;
let ready = "";
let backs = 0;
let today = null;

const feed = {
  hello(data) {
    if (data.version !== document.body.dataset.version) return location.reload(); // the gateway was renewed
    live.clear();
    alerts.clear();
    for (const one of data.incidents) live.set(one.call, one);
    for (const alert of data.alerts) alerts.set(alert.id, alert);
    setZone(data.rules.timezone);
    feed.ping(data);
    readSeldom();
  },
  incident(one) {
    if (one.merged_into) live.delete(one.call);
    else live.set(one.call, one);
  },
  alert(alert) {
    for (const id of alert.clears) alerts.delete(id);
    if (alert.kind === "cleared" || alert.silenced) return;
    if (["cleared", "expired"].includes(alert.state)) alerts.delete(alert.id);
    else alerts.set(alert.id, alert);
  },
  ping(data) {
    heard = serverNow();
    ready = data.ready;
  },
  link(state) {
    link = state;
  },
};

async function readSeldom() {
  const [duty, figures] = await Promise.all(["/api/v1/duty?days=1", "/api/v1/today"].map((path) => read(path).catch(() => null)));
  if (duty) fillDuty(duty.items);
  today = figures ?? today;
}

const look = (one, now) => (isHail(one) ? hailLook(one, now) : callLook(one, one.rings_allowed, now));
const owes = (one) => (isHail(one) ? Boolean(promiseOf(one)) : Boolean(callBackOf(one)));

/** Each keeps its place while it lasts; a new one takes the first free place, or that of one for whom nobody waits. */
function place(now) {
  for (const [call, one] of live) if (one.closed_at && now - moment(one.closed_at) > STAYS_MS && !owes(one)) live.delete(call);
  const shown = [...live.values()].filter((one) => !one.closed_at || now - moment(one.closed_at) <= STAYS_MS);
  const known = new Set(shown.map((one) => one.call));
  slots.forEach((call, i) => known.has(call) || (slots[i] = null));
  const waiting = shown.filter((one) => !slots.includes(one.call)).sort((a, b) => moment(a.opened_at) - moment(b.opened_at));
  const yields = (one) => YIELDS.has(look(one, now).phase);
  const order = [...waiting.filter((one) => !yields(one)), ...waiting.filter(yields)];
  slots.forEach((call, i) => call === null && order.length && (slots[i] = order.shift().call));
  for (const one of order.filter((one) => !yields(one))) {
    const taken = slots.findIndex((call) => yields(live.get(call)));
    if (taken < 0) break;
    slots[taken] = one.call;
  }
  return shown.length - slots.filter(Boolean).length;
}

function paint() {
  const now = serverNow();
  const lost = link === "lost" || link === "signed-out";
  document.body.classList.toggle("dead", lost);
  $("lost").hidden = !lost && !ready;
  put($("lost"), link === "signed-out" ? words.signedOut : lost ? words.lost(clockTime(heard)) : ready ? words.notReady : "");
  if (lost) return;
  put($("clock"), clockTime(now));
  const more = place(now);
  keep($("slots"), slots.map((call, i) => ({ i, one: live.get(call) })), ({ i }) => i, makeSlot, (row, { one }) => fillSlot(row, one, now));
  put($("empty"), slots.some(Boolean) ? "" : words.empty);
  fillStrip(now, more);
  if (today) fillToday();
}

function makeSlot() {
  return el("li.slot", {}, el("span", { "aria-hidden": "true" }), el("span"), el("span.who", {}, el("span"), el("small")), el("span.count"), el("span.bar", { "aria-hidden": "true" }, el("i")));
}

function fillSlot(row, one, now) {
  const [sign, state, who, count, bar] = row.children;
  const shown = one ? look(one, now) : { phase: "free" };
  mark(row, "phase", shown.phase);
  if (row.ariaHidden !== String(!one)) row.ariaHidden = String(!one);
  put(sign, one ? MARKS[shown.phase] ?? "" : "");
  put(state, one ? stateWords(one, shown) : "");
  put(who.firstElementChild, one ? nameOf(one) : "");
  put(who.lastElementChild, one ? wayOf(one) : "");
  put(count, one ? waited(shown, now) : "");
  bar.firstElementChild.style.transform = `scaleX(${one && shown.fraction ? shown.fraction : 0})`;
}

const nameOf = (one) => (isHail(one) ? nameWords(one) : one.from ? masked(one.from) : t("anonymous"));
const wayOf = (one) => (isHail(one) ? channelWords(one) : [one.line || one.to, one.line_name].filter(Boolean).join(" "));

function stateWords(one, shown) {
  if (shown.what === "ring") return t("ring", shown.ring);
  if (shown.what === "hail") return t("hailCount", shown.calls);
  if (shown.what === "talk") return `${t("talk")} ${one.agent || one.device || ""}`;
  return t(shown.hint || shown.what);
}

function waited(shown, now) {
  const ms = (shown.until ?? now) - shown.since;
  return ms < 60_000 ? `${seconds(ms)} s` : span(ms);
}

function fillStrip(now, more) {
  const { count } = pendingOf([...live.values()]);
  const groups = groupAlerts([...alerts.values()], now).filter((group) => group.waiting.length);
  const emergencies = groups.filter((group) => group.emergency);
  const waiting = groups.length - emergencies.length;
  const rung = [...live.values()].filter((one) => !one.closed_at && !one.answered_at).sort((a, b) => moment(a.opened_at) - moment(b.opened_at))[0];
  backs = [...live.values()].filter(owes).length;
  mark($("strip"), "phase", groups.length ? "breach" : count ? "pending" : "calm");
  const urgent = emergencies.length ? words.emergency(unitWords(emergencies[0].top), emergencies.length) : "";
  put($("waits"), [urgent, waiting ? words.alerts(waiting) : "", count ? words.waits(count) : groups.length ? "" : words.calm, more ? words.more(more) : ""].filter(Boolean).join(" · "));
  put($("oldest"), rung ? words.oldest(nameOf(rung), span(now - moment(rung.opened_at))) : "");
}

function fillDuty(roles) {
  const told = roles.map(({ role, now }) => (now.length ? el("span", {}, `${role} `, el("b", {}, now.map((stint) => [stint.name || stint.person, stint.number].join(" ").trim()).join(t("and")))) : el("span", { "data-gap": "true" }, `▲ ${role} ${t("nobody")}`)));
  $("duty").replaceChildren(...told.flatMap((one, i) => (i ? ["　", one] : [one])));
}

function fillToday() {
  const figures = [[words.calls, String(today.calls)], [words.answered, String(today.calls_answered)], ...rate(words.rings, today.rules.three_rings), ...(today.hails ? rate(words.replies, today.rules.two_calls) : []), [words.overdue, String(overdue()), overdue() > 0], [words.backs, String(backs)]];
  keep($("today"), figures, ([name]) => name, () => el("span", {}, el("span"), " ", el("b")), (node, [name, value, bad]) => {
    put(node.firstElementChild, name);
    put(node.lastElementChild, value);
    mark(node.lastElementChild, "bad", String(Boolean(bad)));
  });
}

const overdue = () => Object.values(today.rules).reduce((sum, states) => sum + (states.breached ?? 0), 0);

/** What could not be judged is never counted as met: it stands beside. */
function rate(name, states) {
  const { met = 0, breached = 0, not_measurable = 0, not_observable = 0 } = states ?? {};
  const blind = not_measurable + not_observable;
  return [[name, (met + breached ? `${Math.round((100 * met) / (met + breached))} %` : "–") + (blind ? `  ?${blind}` : "")]];
}

showTheme();
followTheMachine(showTheme);
openFeed(feed);
setInterval(paint, PAINT_MS);
setInterval(readSeldom, READ_MS);
