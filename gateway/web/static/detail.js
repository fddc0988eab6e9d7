// One reception record, whole: its facts, its verdicts with their evidence, and what happened in order.
import { factsForm } from "./facts.js";
import { read } from "./feed.js";
import { el } from "./dom.js";
import { clockTime, verdictWords } from "./rows.js";
import { masked } from "./model.js";
import { channelWords, unitWords } from "./names.js";
import { t } from "./words.js";

/** `named`: adds to a record what its line and unit are called. */
export async function showDetail(article, number, named, leave) {
  const back = el("button", { type: "button" }, `← ${t("back")}`);
  back.addEventListener("click", leave);
  const title = el("h3", {}, `${t("detail")} ${number}`);
  article.dataset.number = number;
  article.replaceChildren(el("p", {}, back), title, el("p.empty", {}, t("loading")));
  article.hidden = false;
  article.focus({ preventScroll: true });
  const record = await recordOf(number);
  if (article.dataset.number !== number) return; // another one was opened meanwhile
  article.lastChild.remove();
  if (record instanceof Error) article.append(el("p.empty", {}, t("failed", record.message)));
  else article.append(el("div.head", {}, facts(named(record))), ...(record.medium === "radio" ? factsForm(record) : []), ...recordings(record), el("div.judged", {}, ...judged(record)));
}

/** It changed: what is told anew, around what somebody types or listens to. */
export async function refreshDetail(article, number, named) {
  const record = await recordOf(number);
  if (record instanceof Error || article.dataset.number !== number) return;
  article.querySelector(".head")?.replaceChildren(facts(named(record)));
  article.querySelector(".judged")?.replaceChildren(...judged(record));
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

/** What led to nothing visible stays in the journal: a passed deadline is seen by its alert. */
function timeline(record) {
  const lines = record.timeline.filter((line) => line.what !== "DeadlinePassed").map((line) =>
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
