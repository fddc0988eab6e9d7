// The five facts of a radio record, editable in place: each is sent when it is left, and nothing typed is ever lost.
import { act, newKey } from "./feed.js";
import { el, mark, put } from "./dom.js";
import { clockTime } from "./rows.js";
import { t } from "./words.js";

const FACTS = ["time", "place", "matter", "person", "handling"];
const CHARS_MAX = 500;

/** What was typed and not yet kept by the gateway outlives a reload of the page, but not the browser's tab. */
const draftKey = (number, fact) => `fact ${number} ${fact}`;
const draftOf = (number, fact) => sessionStorage.getItem(draftKey(number, fact));

// What was just kept: a record that was asked for before tells of the time before.
const JUST_MS = 5000;
const justKept = new Map();

export function factsForm(record) {
  const kept = { ...record.facts };
  const lacks = el("p.lacks", { role: "status" });
  const form = el("div.told");
  for (const fact of FACTS) form.append(...row(record, fact, kept, () => fillLacks(lacks, form)));
  fillLacks(lacks, form);
  return [el("h4", {}, t("told")), lacks, form];
}

function row(record, fact, kept, changed) {
  const id = `fact-${fact}`;
  const field = el(fact === "matter" || fact === "handling" ? "textarea" : "input", { id, name: fact, maxlength: CHARS_MAX, autocomplete: "off", rows: 2 });
  const note = el("small", { role: "status" });
  const cell = el("div", {}, field, note);
  kept[fact] = justKept.get(draftKey(record.number, fact)) ?? kept[fact] ?? "";
  field.value = draftOf(record.number, fact) ?? kept[fact];
  field.placeholder = { time: clockTime(record.opened_at), person: record.unit }[fact] ?? "";
  const save = () => keepFact(record.number, fact, field, note, kept, cell);
  field.addEventListener("input", () => {
    sessionStorage.setItem(draftKey(record.number, fact), field.value);
    changed();
  });
  field.addEventListener("change", save);
  field.addEventListener("keydown", (event) => event.key === "Enter" && field.localName === "input" && field.blur());
  if (field.value !== kept[fact]) save(); // typed before, and not yet kept
  return [el("label", { for: id }, t(`fact_${fact}`)), cell];
}

async function keepFact(number, fact, field, note, kept, cell) {
  const value = field.value;
  if (value === kept[fact]) return sessionStorage.removeItem(draftKey(number, fact));
  put(note, t("saving"));
  const why = await act(`/api/v1/incidents/${encodeURIComponent(number)}/facts`, newKey(), { facts: { [fact]: value } });
  mark(cell, "saved", why ? "failed" : "kept");
  put(note, why ? t("notSaved", why) : t("saved"));
  if (why) return;
  kept[fact] = value;
  justKept.set(draftKey(number, fact), value);
  setTimeout(() => justKept.delete(draftKey(number, fact)), JUST_MS);
  if (field.value === value) sessionStorage.removeItem(draftKey(number, fact));
}

function fillLacks(lacks, form) {
  const empty = [...form.querySelectorAll("[name]")].filter((field) => !field.value.trim());
  for (const field of form.querySelectorAll("[name]")) mark(field.parentElement, "missing", String(empty.includes(field)));
  mark(lacks, "whole", String(!empty.length));
  put(lacks, empty.length ? t("lacks", empty.map((field) => t(`fact_${field.name}`)).join(t("comma"))) : t("whole"));
}
