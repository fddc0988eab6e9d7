// The command line: opened by a stroke, shows what fits while somebody types, runs it, remembers the last ones.
import { COMMANDS, found, parsed } from "./commands.js";
import { el, put } from "./dom.js";
import { language, t } from "./words.js";

const KEPT = 30;
const SHOWN = 8;

const $ = (id) => document.getElementById(id);
const past = [];
let back = -1;

/** `run(step)`: does one. `say(text)`. */
export function bindLine(run, say) {
  const input = $("order");
  input.addEventListener("input", fillOffers);
  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "Escape") event.preventDefault(), event.stopPropagation(), closeLine();
    if (event.key === "Tab" && !event.shiftKey && complete()) event.preventDefault();
    if (event.key === "ArrowUp") event.preventDefault(), recall(1);
    if (event.key === "ArrowDown") event.preventDefault(), recall(-1);
  });
  $("line").addEventListener("submit", async (event) => {
    event.preventDefault();
    const said = input.value;
    const { steps, wrong } = parsed(said);
    if (wrong) return say(t("noSuchCommand", wrong));
    if (steps.length) past.unshift(said), past.splice(KEPT);
    closeLine();
    for (const step of steps) await run(step);
  });
  $("line").addEventListener("focusout", (event) => event.relatedTarget?.closest("#line") || closeLine());
}

export function openLine(text = "/") {
  $("line").hidden = false;
  back = -1;
  $("order").value = text;
  $("order").focus();
  fillOffers();
}

function closeLine() {
  if ($("line").hidden) return;
  $("line").hidden = true;
  $("order").value = "";
  document.activeElement?.blur?.();
}

function recall(step) {
  back = Math.min(Math.max(back + step, -1), past.length - 1);
  $("order").value = back < 0 ? "/" : past[back];
  fillOffers();
}

/** The first word that is being written is made whole. */
function complete() {
  const match = $("order").value.match(/^(.*(?:^|\s)\/?)(\S+)$/);
  const [fit] = match && !/\s/.test($("order").value.trim()) ? found(match[2].replace(/^\//, "")) : [];
  if (!fit) return false;
  $("order").value = `/${nameOf(fit)} `;
  fillOffers();
  return true;
}

const nameOf = ([name, zh]) => (language === "zh" ? zh : name);

function fillOffers() {
  const [word, ...rest] = $("order").value.replace(/^\//, "").split(/\s/);
  const fits = word ? found(word) : COMMANDS;
  const shown = rest.length ? fits.slice(0, 1) : fits.slice(0, SHOWN);
  $("offers").replaceChildren(...shown.map((command) => el("li", {}, el("b", {}, `/${nameOf(command)}`), el("small", {}, ` ${language === "zh" ? command[0] : command[1]}  `), el("span", {}, t(`command_${command[0]}`)), el("small", {}, command[3] ? `  ${t(command[3])}` : ""))));
  if (!shown.length) put($("offers"), t("noSuchCommand", word));
}
