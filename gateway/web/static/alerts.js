// The rows of alerts; a storm's line unfolds what it stands for.
import { el, keep, mark, put } from "./dom.js";
import { read } from "./feed.js";
import { alertPhase, masked } from "./model.js";
import { clockTime } from "./rows.js";
import { language, t } from "./words.js";

const RECEIVERS_SHOWN = 4;
const HELD_SHOWN = 50;
const unfolded = new Set(); // lines, by their group's key
const STATE_MARKS = { failed: "✕", nobody: "✕" };

/** `topmost`: the key for the topmost alert means one of these. */
export function fillAlerts(list, groups, topmost, actions) {
  keep(list, groups, (group) => group.key, (group) => makeAlert(group, actions), (row, group) => fillAlert(row, group, topmost && group === groups[0], actions));
}

function makeAlert(group, actions) {
  const button = el("button.act", { type: "button" }, el("kbd", {}, "A"), " ", el("span"));
  const later = el("button.act", { type: "button" }, el("kbd", {}, "Z"), " ", el("span"));
  const row = el(
    "li.row.alert", {},
    el("span.mark", { "aria-hidden": "true" }),
    el("time.when"),
    el("span.text", {}, makeSentence(group, actions), el("small"), el("ul.held", { hidden: "" })),
    el("span.acts", {}, button, later),
  );
  button.addEventListener("click", () => actions.acknowledge(row.alerts, button));
  later.addEventListener("click", () => actions.snooze(row.alerts, 0, later));
  return row;
}

/** A record's alert opens the record; one that stands for many shows them below it; any other is only read. */
function makeSentence({ key, top }, actions) {
  if (!isStorm(top) && !top.incident) return el("b");
  const button = el("button.plain.about", { type: "button" });
  button.title = t(isStorm(top) ? "openStorm" : "openRecord");
  button.addEventListener("click", () => (isStorm(top) ? unfold(key, button.closest(".row"), actions) : actions.open(top.incident)));
  if (isStorm(top)) mark(button, "fold", "");
  return button;
}

const isStorm = (alert) => alert.count > 0 && !alert.incident;

function unfold(key, row, actions) {
  if (!unfolded.delete(key)) unfolded.add(key);
  row.read = "";
  fillHeld(key, row, actions);
}

/** Read when it is opened, and again when there are more, or somebody acknowledges them. */
async function fillHeld(key, row, actions) {
  const { top } = row;
  const [about, , list] = row.querySelector(".text").children;
  const says = `${top.count} ${top.state}`;
  list.hidden = !unfolded.has(key);
  about.setAttribute("aria-expanded", String(!list.hidden));
  if (list.hidden || row.read === says) return;
  row.read = says;
  const told = await read(`/api/v1/alerts?limit=${HELD_SHOWN}&tied_to=${encodeURIComponent(top.tied_to || top.id)}`).catch(() => null);
  const held = (told?.items ?? []).filter((alert) => alert.incident);
  list.replaceChildren(...held.map((alert) => {
    const button = el("button.plain", { type: "button" }, `${clockTime(alert.raised_at)}  ${maskedText(alert)}`);
    button.addEventListener("click", () => actions.open(alert.incident));
    return el("li", {}, button, el("small", {}, alert.acknowledged_by ? t("acknowledged", alert.acknowledged_by) : ""));
  }));
  if (!told) list.append(el("li", {}, t("notRead")));
  else if (told.next) list.append(el("li", {}, el("small", {}, t("newestShown", held.length))));
}

function fillAlert(row, group, first, actions) {
  const { top } = group;
  const phase = alertPhase(group);
  const [sign, when, text, acts] = row.children;
  row.alerts = group.waiting;
  row.top = top;
  mark(row, "phase", phase);
  mark(row, "fading", String(group.gone === true));
  put(sign, { done: "✔", warn: "▲", seen: "■", snoozed: "‖", breach: top.kind === "escalation" ? "■■" : "■" }[phase]);
  put(when, clockTime(top.raised_at));
  put(text.firstChild, maskedText(top));
  put(text.children[1], alertFate(group));
  if (isStorm(top)) fillHeld(group.key, row, actions);
  const [acknowledge, later] = acts.children;
  acknowledge.hidden = !group.waiting.length || phase === "done";
  later.hidden = phase !== "breach" || !first || !group.waiting.some((alert) => alert.snoozes_left > 0);
  acknowledge.firstChild.hidden = !first; // the keys are for this one only
  put(acknowledge.lastChild, t("acknowledge"));
  put(later.lastChild, t("snooze"));
}

/** The gateway's sentence holds the number; on the screen it is masked like everywhere else. */
function maskedText(alert) {
  const text = alert.text[language] ?? alert.text.zh;
  return alert.from && !alert.unit ? text.replaceAll(alert.from, masked(alert.from)) : text;
}

function alertFate(group) {
  const { top } = group;
  const newest = group.alerts.findLast((alert) => alert.handed_over);
  const owing = group.alerts.findLast((alert) => alert.missing?.length);
  return [
    top.kind === "escalation" ? t("escalated") : "",
    group.gone ? t("cleared") : "",
    top.silenced ? t(`silenced_${top.silenced}`) : "",
    top.waiting ? t("stillWaiting", top.waiting, top.count) : "",
    group.snoozed ? t("snoozedUntil", clockTime(group.snoozed.snoozed_until), group.snoozed.snoozed_by) : "",
    newest ? t("handedTo", newest.handed_over.to.replace(/^\w+:/, ""), newest.handed_over.by) : "",
    owing ? t("stillMissing", owing.missing.map((one) => one.replace(/^\w+:/, "")).join(t("comma"))) : "",
    top.acknowledged_by ? t("acknowledged", top.acknowledged_by) : "",
    top.act_by && top.state === "acknowledged" && !top.done_by ? t("actBy", clockTime(top.act_by)) : "",
    receiversWords(top.receivers ?? []),
  ].filter(Boolean).join(" · ");
}

/** desk 已送达 · 王芳 已看到: how far it has come with each. */
function receiversWords(receivers) {
  const words = receivers.map(({ to, notifier, state }) => `${STATE_MARKS[state] ?? ""} ${[to, !to && notifier].filter(Boolean).join(" ")} ${t(`receiver_${state}`)}`.trim());
  const shown = words.slice(0, RECEIVERS_SHOWN).join(t("comma"));
  return words.length > RECEIVERS_SHOWN ? `${shown} ${t("andMore", words.length - RECEIVERS_SHOWN)}` : shown;
}
