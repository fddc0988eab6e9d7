// Whose a record is, and the buttons that change it. `careLook` is pure: no page, no clock of its own.
import { el, mark, put, span } from "./dom.js";
import { t } from "./words.js";

const at = (moment) => (moment ? Date.parse(moment) : null);

export const me = () => document.body.dataset.by;

/** `staleMs`: so long after their last deed anybody may take it over. */
export function careLook(record, now, staleMs) {
  const owner = record.claimed_by ?? "";
  const idle = now - (at(record.last_deed_at) ?? now);
  const put_by = record.attention === "parked" || record.attention === "completed" ? record.attention : "";
  const phase = !owner ? "free" : put_by || (idle >= staleMs ? "stale" : owner === me() ? "mine" : "theirs");
  return { owner, mine: owner === me(), idle, phase };
}

/** In a row: who has it. Amber where nobody did anything about it for long. */
export function fillOwner(node, record, now, staleMs) {
  const look = careLook(record, now, staleMs);
  mark(node, "care", look.phase);
  put(node, look.owner ? `${{ parked: "‖ ", completed: "✔ ", stale: "▲ " }[look.phase] ?? ""}${look.mine ? t("careMine") : look.owner}` : "");
  node.title = look.owner ? t(`care_${look.phase}`, look.owner, span(look.idle)) : "";
}

const BUTTONS = [
  ["claim", "C", (look) => look.phase === "free"],
  ["resume", "C", (look) => look.mine && look.phase !== "mine"],
  ["take", "C", (look) => !look.mine && look.phase === "stale"],
  ["override", "O", (look) => !look.mine && (look.phase === "theirs" || look.phase === "parked" || look.phase === "completed")],
  ["park", "P", (look) => look.mine && look.phase !== "parked" && look.phase !== "completed"],
  ["complete", "D", (look) => look.phase === "free" || (look.mine && look.phase !== "completed")],
  ["release", "", (look) => look.mine && look.phase !== "completed"],
];

/** Above the record: who has it, and what may be done. `deeds`: what each button does. */
export function makeCare(deeds) {
  const bar = el("div.care", {}, el("p", { role: "status" }), el("div.acts"));
  for (const [name, key] of BUTTONS) {
    const button = el("button", { type: "button", "data-deed": name }, ...(key ? [el("kbd", {}, key), " "] : []), el("span"));
    button.addEventListener("click", () => deeds[name](button));
    bar.lastChild.append(button);
  }
  return bar;
}

export function fillCare(bar, record, now, staleMs) {
  const look = careLook(record, now, staleMs);
  mark(bar, "care", look.phase);
  put(bar.firstChild, look.owner ? t(`care_${look.phase}`, look.mine ? t("careMine") : look.owner, span(look.idle)) : t("care_free"));
  BUTTONS.forEach(([name, , fits], place) => {
    const button = bar.lastChild.children[place];
    button.hidden = !fits(look);
    put(button.lastChild, t(`deed_${name}`));
  });
}
