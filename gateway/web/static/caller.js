// What is known of a caller: who has the number, what they wanted before, what is owed to them. Asked for on claim only.
import { el } from "./dom.js";
import { read } from "./feed.js";
import { clockTime, dayTime, verdictWords } from "./rows.js";
import { t } from "./words.js";

const JUDGED = ["three_rings", "two_calls"];

/** Resolves to nodes, none where nothing may be told, and to whom the number belongs. `open`: show another record. */
export async function callerOf(number, open) {
  const told = await read(`/api/v1/incidents/${encodeURIComponent(number)}/caller`).catch(() => null);
  if (!told) return { nodes: [], resident: null };
  const nodes = [el("h4", {}, t("callerKnown"))];
  nodes.push(told.resident ? resident(told.resident) : el("p.empty", {}, t("callerUnknown")));
  if (told.owed.length) nodes.push(el("h4", {}, t("callerOwed")), list(told.owed, open));
  nodes.push(el("h4", {}, t("callerBefore")), told.earlier.length ? list(told.earlier, open) : el("p.empty", {}, t("callerFirst")));
  return { nodes, resident: told.resident };
}

function resident(known) {
  const marks = [known.vip && t("residentVip"), known.sensitive && t("residentSensitive")].filter(Boolean).join(" · ");
  const rows = [["residentName", known.name], ["residentUnit", known.unit], ["residentLanguage", known.language], ["residentNotes", known.notes], ["residentMarks", marks]];
  return el("dl.facts", {}, ...rows.filter(([, text]) => text).flatMap(([key, text]) => [el("dt", {}, t(key)), el("dd", {}, text)]));
}

function list(records, open) {
  return el("ul.earlier", {}, ...records.map((record) => {
    const judged = record.verdicts.find((verdict) => JUDGED.includes(verdict.rule));
    const about = [record.facts.kind, record.facts.matter].filter(Boolean).join(" · ") || t(`${record.medium === "radio" ? "hailEnd" : "outcome"}_${record.outcome}`);
    const button = el("button.plain", { type: "button" }, `${dayTime(record.opened_at)} ${clockTime(record.opened_at).slice(0, 5)}  ${about}`);
    button.addEventListener("click", () => open(record.number));
    return el("li", {}, button, el("small", {}, judged ? verdictWords(judged) : ""));
  }));
}
