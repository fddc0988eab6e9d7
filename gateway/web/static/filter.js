// What a person wants to see of Now: calls or radio, one site, line or channel. It hides rows, and says how many.
import { el, mark, put } from "./dom.js";
import { isHail } from "./hails.js";
import { channels, kept } from "./kept.js";
import { keepView } from "./view.js";
import { t } from "./words.js";

const KINDS = ["all", "calls", "radio", "alerts"];

const $ = (id) => document.getElementById(id);
const wanted = { filter_kind: "all", filter_place: "all" };
const inForce = { ...wanted }; // what is wanted and can be chosen here: a line that is gone hides nothing
let offered = "";

/** Which record may be hidden is the board's to say: nothing urgent. */
export function passes(record) {
  const { filter_kind: kind, filter_place: place } = inForce;
  if (kind === "all" && place === "all") return true;
  const places = ["all", `site:${siteOf(record)}`, `line:${record.line}`, `channel:${record.channel}`];
  return (kind === "all" || kind === (isHail(record) ? "radio" : "calls")) && places.includes(place);
}

function siteOf(record) {
  const line = kept.rules.lines.find((one) => one.number === record.line);
  const channel = kept.rules.channels.find((one) => [record.channel, record.talkgroup].includes(one.channel));
  return line?.site || channel?.site || kept.rules.site;
}

/** [value, words] of each place that tells rows apart. */
function places() {
  const { lines, site } = kept.rules;
  const sites = [...new Set([site, ...lines.map((line) => line.site), ...kept.rules.channels.map((one) => one.site)])].filter(Boolean);
  const each = [
    ...(sites.length > 1 ? sites.map((name) => [`site:${name}`, name]) : []),
    ...lines.map((line) => [`line:${line.number}`, line.name || line.number]),
    ...[...channels.values()].map((one) => [`channel:${one.channel}`, one.channel_name || one.channel]),
  ];
  return each.length > 1 ? [["all", t("anyPlace")], ...each] : [];
}

const kinds = () => (channels.size ? KINDS.map((kind) => [kind, t(`kinds_${kind}`)]) : []);

/** When the words, the lines or what is wanted changed. */
export function fillFilter() {
  const lists = { filter_kind: kinds(), filter_place: places() };
  const now = JSON.stringify(lists);
  for (const [name, options] of Object.entries(lists)) {
    const select = $(name);
    if (now !== offered) select.replaceChildren(...options.map(([value, text]) => el("option", { value }, text)));
    inForce[name] = options.some(([value]) => value === wanted[name]) ? wanted[name] : "all";
    select.hidden = !options.length;
    select.value = inForce[name];
    mark(select, "filters", String(inForce[name] !== "all"));
  }
  offered = now;
}

/** What was chosen elsewhere. */
export function takeFilter(view) {
  for (const name of Object.keys(wanted)) wanted[name] = view[name] ?? wanted[name];
  fillFilter();
}

function choose(changes) {
  Object.assign(wanted, changes);
  keepView(wanted);
  fillFilter();
}

const showAll = () => choose({ filter_kind: "all", filter_place: "all" });

/** By a word of a choice; no word: all. False: nothing is called so. */
export function chooseNamed(word) {
  const said = word.trim().toLowerCase();
  if (!said || said === "all" || said === t("kinds_all").toLowerCase()) return showAll(), true;
  const options = [...document.querySelectorAll("#filter option")];
  const found = options.find((option) => [option.value, option.textContent.toLowerCase()].includes(said)) ?? options.find((option) => `${option.value} ${option.textContent}`.toLowerCase().includes(said));
  if (found) choose({ [found.parentElement.id]: found.value });
  return Boolean(found);
}

/** `hidden`: how many rows are not shown for it. */
export function fillFiltered(hidden) {
  const filters = Object.values(inForce).some((value) => value !== "all");
  $("filtered").hidden = !filters;
  put($("filtered").firstElementChild, filters ? t("filtered", hidden) : "");
  put($("unfilter"), t("showAll"));
}

export function bindFilter() {
  for (const name of Object.keys(wanted)) $(name).addEventListener("change", () => choose({ [name]: $(name).value }));
  $("unfilter").addEventListener("click", showAll);
}
