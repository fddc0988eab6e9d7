// What the desk writes into a record: kept as it is typed, here and by the gateway; nothing typed is ever lost.
import { el, mark, put } from "./dom.js";
import { draftOf, dropDraft, keepDraft } from "./drafts.js";
import { newKey, post } from "./feed.js";
import { kindWords } from "./kinds.js";
import { clockTime } from "./rows.js";
import { t } from "./words.js";

const OF_PHONE = ["kind", "place", "person", "matter", "handling"];
const OF_RADIO = ["time", "place", "matter", "person", "handling", "kind"];
const FREE = { phone: [], radio: ["kind"] }; // the five facts of a hail are asked for; what kind it is, is not
const LONG = new Set(["matter", "handling"]);
const CHARS_MAX = 500;
const PAUSE_MS = 700; // of somebody who types: then it is sent
const RETRY_MS = 4000;
const ECHO_MS = 3000; // so long the stream may still tell of the words before

const plain = (text) => text.split(/\s+/).filter(Boolean).join(" ");

/** `text` with numbers hidden is what somebody sees who may not read them whole: it is the same text. */
function isMaskOf(shown, text) {
  if (!shown.includes("****")) return false;
  const parts = shown.split("****").map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join("[\\d ()-]+")}$`).test(text);
}

/** `kinds`: those of the site. Returns the form's nodes, `take(record)`, for what others write meanwhile, and `suggest(facts)`. */
export function factsForm(record, kinds) {
  const lacks = el("p.lacks", { role: "status" });
  const form = el("div.told");
  const facts = record.medium === "radio" ? OF_RADIO : OF_PHONE;
  const asked = facts.filter((fact) => !FREE[record.medium].includes(fact));
  const changed = () => fillLacks(lacks, form, asked);
  const fields = facts.map((fact) => new Fact(record, fact, kinds, changed));
  for (const field of fields) form.append(field.label, field.cell);
  changed();
  const take = (fresh) => {
    for (const field of fields) field.take(fresh.facts[field.fact] ?? "", fresh.facts_by?.[field.fact] ?? "");
    changed();
  };
  const suggest = (known) => fields.forEach((field) => field.suggest(known[field.fact]));
  return { nodes: [el("h4", {}, t("told")), lacks, form], take, suggest };
}

class Fact {
  constructor(record, fact, kinds, changed) {
    const id = `fact-${fact}`;
    this.number = record.number;
    this.fact = fact;
    this.changed = changed;
    this.kept = record.facts[fact] ?? ""; // what the gateway has, as far as we know
    this.field = el(LONG.has(fact) ? "textarea" : "input", { id, name: fact, maxlength: CHARS_MAX, autocomplete: "off", rows: 2 });
    this.note = el("small", { role: "status" });
    this.differs = el("p.differs", { role: "alert", hidden: "" });
    this.label = el("label", { for: id }, t(`fact_${fact}`));
    this.cell = el(fact === "kind" ? "div.kind" : "div", {}, ...(fact === "kind" ? [this.chips(kinds)] : []), this.field, this.note, this.differs);
    this.field.placeholder = { time: clockTime(record.opened_at), person: record.unit || record.resident?.name || record.from_name, place: record.resident?.unit }[fact] ?? "";
    const draft = draftOf(record.number, fact);
    this.field.value = draft?.text ?? this.kept;
    if (draft) this.kept = draft.knew;
    this.field.addEventListener("input", () => this.typed());
    this.field.addEventListener("change", () => this.save());
    this.field.addEventListener("keydown", (event) => event.key === "Enter" && !event.isComposing && this.field.localName === "input" && this.field.blur());
    if (draft) this.save();
  }

  chips(kinds) {
    const buttons = kinds.map((kind) => {
      const button = el("button", { type: "button", "aria-pressed": "false" }, kindWords(kind));
      button.addEventListener("click", () => this.choose(this.field.value === kind ? "" : kind));
      button.kind = kind;
      return button;
    });
    this.buttons = buttons;
    return el("div.chips", { role: "group", "aria-label": t("fact_kind") }, ...buttons);
  }

  choose(text) {
    this.field.value = text;
    this.typed();
    this.save();
  }

  /** Known from elsewhere: it stands there where nobody wrote anything. */
  suggest(text) {
    if (text && !this.field.value && !this.kept) this.choose(text);
  }

  typed() {
    keepDraft(this.number, this.fact, this.field.value, this.kept);
    this.changed();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), PAUSE_MS);
  }

  async save() {
    clearTimeout(this.timer);
    const text = plain(this.field.value);
    if (this.sending !== undefined) return; // what came meanwhile goes next
    if (text === this.kept) return dropDraft(this.number, this.fact);
    this.sending = text;
    put(this.note, t("saving"));
    const answer = await post(`/api/v1/incidents/${encodeURIComponent(this.number)}/facts`, newKey(), { facts: { [this.fact]: text }, knew: { [this.fact]: this.kept } });
    this.sending = undefined;
    if (answer.ok) this.saved(text);
    else if (answer.told?.facts) this.differ(answer.told.facts[this.fact], answer.told.facts_by[this.fact]);
    else this.failed(answer);
  }

  saved(text) {
    this.kept = text;
    this.savedMs = performance.now();
    this.differs.hidden = true;
    mark(this.cell, "saved", "kept");
    if (plain(this.field.value) === text) {
      dropDraft(this.number, this.fact);
      put(this.note, t("saved"));
    } else this.typed();
  }

  /** Kept here; tried again unless the record can take nothing more. */
  failed(answer) {
    mark(this.cell, "saved", "failed");
    put(this.note, t("notSaved", answer.why));
    if (answer.status !== 409 && answer.status !== 404 && this.field.isConnected) this.timer = setTimeout(() => this.save(), RETRY_MS);
  }

  /** Somebody else wrote here meanwhile: both are shown, and neither is written over unseen. */
  differ(theirs, by) {
    const choice = (words, chosen) => {
      const button = el("button", { type: "button" }, words);
      button.addEventListener("click", chosen);
      return button;
    };
    mark(this.cell, "saved", "failed");
    put(this.note, "");
    this.differs.hidden = false;
    this.differs.replaceChildren(
      el("span", {}, t("factDiffers", by, theirs)),
      choice(t("useTheirs"), () => ((this.kept = theirs), (this.differs.hidden = true), this.choose(theirs))),
      choice(t("keepMine"), () => ((this.kept = theirs), this.save())),
    );
  }

  take(theirs, by) {
    const mine = plain(this.field.value);
    if (theirs === this.kept || theirs === mine || theirs === this.sending || isMaskOf(theirs, mine) || isMaskOf(theirs, this.kept)) return;
    if (performance.now() - (this.savedMs ?? -ECHO_MS) < ECHO_MS) return;
    if (mine === this.kept) {
      this.field.value = this.kept = theirs;
      put(this.note, by ? t("wroteIt", by) : "");
    } else this.differ(theirs, by);
  }
}

function fillLacks(lacks, form, asked) {
  const fields = [...form.querySelectorAll("[name]")].filter((field) => asked.includes(field.name));
  const empty = fields.filter((field) => !field.value.trim());
  for (const field of fields) mark(field.parentElement, "missing", String(empty.includes(field)));
  for (const chip of form.querySelectorAll(".chips button")) chip.setAttribute("aria-pressed", String(chip.kind === form.querySelector("[name=kind]").value));
  mark(lacks, "whole", String(!empty.length));
  put(lacks, empty.length ? t("lacks", empty.map((field) => t(`fact_${field.name}`)).join(t("comma"))) : t("whole", asked.length));
}
