// What the desk says, in the wording the site wants, filled with what is known.
import { el, put } from "./dom.js";
import { t } from "./words.js";

const MOST = 3;

/** Which sentences fit: before the answer, during the talk; none once it is over. */
function fitting(record) {
  if (record.closed_at) return [];
  if (record.medium === "radio") return record.answered_at ? ["wait", "read_back"] : ["received", "wait"];
  return record.answered_at ? ["hold", "read_back", "closing"] : ["greeting"];
}

function values(record) {
  const { site, spokenNumber: number, spokenName: name } = document.body.dataset;
  const resident = record.resident ?? {};
  return {
    site, number, name, caller: resident.name || record.from_name, unit: resident.unit, ...record.facts,
  };
}

/** A place that is not known yet shows as "…"; {{ and }} are braces. */
export function filled(text, known) {
  return text.replace(/\{\{|\}\}|\{(\w+)\}/g, (found, name) => (name ? known[name] || "…" : found[0]));
}

export const makePrompts = () => el("dl.prompts", {}, ...Array.from({ length: MOST }).flatMap(() => [el("dt"), el("dd")]));

export function fillPrompts(list, record, prompts) {
  const shown = fitting(record).filter((name) => prompts[name]);
  const known = values(record);
  list.hidden = !shown.length;
  [...list.children].forEach((node, place) => {
    const name = shown[Math.floor(place / 2)];
    node.hidden = !name;
    if (!node.hidden) put(node, place % 2 ? filled(prompts[name], known) : t(`prompt_${name}`));
  });
}
