// One reception record, whole: its facts, its verdicts with their evidence, and what happened in order.
import { callerOf } from "./caller.js";
import { fillCare, makeCare, me } from "./care.js";
import { el } from "./dom.js";
import { factsForm } from "./facts.js";
import { read, serverNow } from "./feed.js";
import { fillPrompts, makePrompts } from "./prompts.js";
import { clockTime, verdictWords } from "./rows.js";
import { masked } from "./model.js";
import { channelWords, unitWords } from "./names.js";
import { t } from "./words.js";

/**
 * `named`: adds to a record what its line and unit are called. `desk`: kinds and prompts of the site. `deeds`: what its
 * buttons do. `leave`: close it.
 */
export async function showDetail(article, number, { named, desk, deeds, leave, staleMs, live }) {
  const back = el("button", { type: "button" }, el("kbd", {}, "Esc"), ` ${t("back")}`);
  back.addEventListener("click", leave);
  const title = el("h3", { tabindex: "-1" }, `${t("detail")} ${number}`);
  article.dataset.number = number;
  article.form = article.parts = null;
  article.callerOf = "";
  article.replaceChildren(el("p.bar", {}, title, back), el("p.empty", {}, t("loading")));
  article.hidden = false;
  title.focus({ preventScroll: true });
  const read = await recordOf(number);
  if (article.dataset.number !== number) return; // another one was opened meanwhile
  article.lastChild.remove();
  if (read instanceof Error) {
    article.append(el("p.empty", {}, t("failed", read.message)));
    return;
  }
  const record = { ...named(read), resident: live?.resident };
  article.form = factsForm(record, desk.kinds);
  const parts = { care: makeCare(deeds), prompts: makePrompts(), caller: el("div.caller", {}, t("claimForHistory")), head: el("div.head"), judged: el("div.judged") };
  const more = el("details.more-told", {}, el("summary", {}, t("whatHappened")), ...recordings(record), parts.judged);
  more.open = Boolean(record.closed_at);
  article.append(parts.care, parts.prompts, ...article.form.nodes, quick(desk.quick, deeds), parts.head, parts.caller, more);
  article.parts = parts;
  fillRecord(article, record, { desk, staleMs });
  showCaller(article, record, deeds);
}

function quick(messages, deeds) {
  const buttons = messages.map((text) => {
    const button = el("button", { type: "button" }, text);
    button.addEventListener("click", () => deeds.note(text, button));
    return button;
  });
  return el("div.quick", { role: "group", "aria-label": t("quick") }, ...buttons);
}

function fillRecord(article, record, { desk, staleMs }) {
  const { care, prompts, head, judged: told } = article.parts;
  fillCare(care, record, serverNow(), staleMs);
  fillPrompts(prompts, record, desk.prompts);
  head.replaceChildren(facts(record));
  told.replaceChildren(...judged(record));
}

/** Once claimed by who looks, and not again for each change. */
async function showCaller(article, record, deeds) {
  if (article.callerOf === record.number || record.claimed_by !== me()) return;
  article.callerOf = record.number;
  const { nodes, resident } = await callerOf(record.number, deeds.open);
  if (article.dataset.number !== record.number) return;
  article.parts.caller.replaceChildren(...nodes);
  if (resident && !record.closed_at) article.form.suggest({ place: resident.unit, person: resident.name });
}

/** It changed: what is told anew, around what somebody types or listens to. `live`: as the stream has it, if it does. */
export async function refreshDetail(article, number, { named, desk, deeds, staleMs, live }) {
  if (live) {
    article.form?.take(live);
    if (article.parts) fillCare(article.parts.care, live, serverNow(), staleMs);
  }
  const record = await recordOf(number);
  if (record instanceof Error || article.dataset.number !== number || !article.form) return;
  fillRecord(article, { ...named(record), resident: live?.resident }, { desk, staleMs });
  showCaller(article, record, deeds);
}

const recordOf = (number) => read(`/api/v1/incidents/${encodeURIComponent(number)}`).catch((error) => error);

function judged(record) {
  return [el("h4", {}, t("verdicts")), verdicts(record), el("h4", {}, t("timeline")), timeline(record)];
}

function facts(record) {
  const radio = record.medium === "radio";
  const rows = [
    ["unit", radio && unitWords(record)],
    ["channel", channelWords(record)],
    ["talkgroup", record.talkgroup],
    ["calls", record.calls && String(record.calls)],
    ["caller", !radio && [record.from ? masked(record.from) : t("anonymous"), record.from_name].filter(Boolean).join(" ")],
    ["line", [record.line || record.to, record.line_name].filter(Boolean).join(" ")],
    ["device", record.device],
    ["agent", record.agent],
    ["opened", exact(record.opened_at)],
    ["answered", record.answered_at && exact(record.answered_at)],
    ["closed", record.closed_at && exact(record.closed_at)],
    ["result", t(`${radio ? "hailEnd" : "outcome"}_${record.outcome}`)],
    ["holds", record.holds ? `${t("times", record.holds)} · ${record.hold_seconds.toFixed(1)} s` : ""],
  ];
  return el("dl.facts", {}, ...rows.filter(([, value]) => value).flatMap(([key, value]) => [el("dt", {}, t(key)), el("dd", {}, value)]));
}

function recordings(record) {
  if (!record.recordings?.length) return [];
  const clips = record.recordings.map((clip) => {
    const words = [clockTime(clip.started_at), clip.unit, `${clip.seconds.toFixed(1)} s`].filter(Boolean).join("  ");
    const src = `/api/v1/recordings/${encodeURIComponent(clip.id)}`;
    return el("li", {}, el("small", {}, words), el("audio", { controls: true, preload: "none", src, "aria-label": words }));
  });
  return [el("h4", {}, t("recordings")), el("ul.recordings", {}, ...clips)];
}

function verdicts(record) {
  const lines = record.verdicts.map((verdict) => {
    const notes = [t(`clock_${verdict.clock}`), verdict.revised ? t("revised") : "", verdict.certain === false ? t("uncertain") : "", verdict.reason];
    return el(
      "li", { "data-verdict": verdict.verdict },
      el("b", {}, `${t(`rule_${verdict.rule}`)}  ${verdictWords(verdict)}`),
      el("small", {}, [...notes, verdict.rule_set].filter(Boolean).join(" · ")),
    );
  });
  return el("ul.verdicts", {}, ...(lines.length ? lines : [el("li", {}, "–")]));
}

// What led to nothing visible stays in the journal: a passed deadline is seen by its alert, and what is typed by its note.
const UNSEEN = new Set(["DeadlinePassed", "FactsTold", "NoteTaken", "IncidentClaimed", "IncidentReleased", "IncidentParked", "IncidentCompleted"]);

function timeline(record) {
  const lines = record.timeline.filter((line) => !UNSEEN.has(line.what)).map((line) =>
    el("li", {}, el("time", {}, exact(line.at)), el("b", { title: line.what }, what(line)), el("span", {}, about(line))),
  );
  return el("ol.timeline", {}, ...lines);
}

const what = (line) => t(`what_${line.what}`).replace(/^what_/, "");

const TOLD = ["device", "agent", "queue", "cause", "unit", "called", "status", "text", "by", "note", "notifier", "state", "reason"];

function about(line) {
  const event = line.event ?? {};
  const settled = "delivered" in event || line.what === "DeliverySettled" ? t(`settled_${event.delivered === true}`) : "";
  const detail = line.what === "alert" ? alertWords(line) : line.detail;
  const told = TOLD.map((key) => (key === "cause" && event.cause ? t(`cause_${event.cause}`) : event[key]));
  return [...told, settled, detail].filter((value) => typeof value === "string" && value).join("  ");
}

function alertWords(line) {
  const [rule, kind] = line.detail.split(" ");
  return `${t(`rule_${rule}`)} ${t(`kind_${kind}`)}`;
}

function exact(at) {
  return `${clockTime(at)}.${String(new Date(at).getMilliseconds()).padStart(3, "0")}`;
}
