// How the board is set: its language, colours and sound, and the list of its keys.
import { el, mark, put } from "./dom.js";
import { followTheMachine, nextTheme, showTheme, theme } from "./look.js";
import * as sound from "./sound.js";
import { language, t } from "./words.js";

const KEYS = ["a", "h", "r", "s", "l", "t"];

const $ = (id) => document.getElementById(id);

export function fillControls() {
  for (const node of document.querySelectorAll("[data-word]")) put(node, t(node.dataset.word));
  for (const node of document.querySelectorAll("[data-label]")) node.setAttribute("aria-label", t(node.dataset.label));
  put($("language"), language === "zh" ? "EN" : "中");
  $("language").title = t("languageTitle");
  $("help").title = t("helpTitle");
  $("sound").title = t("soundTitle");
  fillTheme();
  fillSound();
  fillKeys();
}

function fillTheme() {
  showTheme();
  put($("theme"), t(`theme_${theme()}`));
  $("theme").title = t("themeTitle");
}

export function switchTheme() {
  nextTheme();
  fillTheme();
}

function fillSound() {
  put($("sound"), t(sound.armed() ? "soundOn" : $("sound").dataset.asked === "true" ? "soundAsk" : "soundOff"));
  if ($("sound").getAttribute("aria-pressed") !== String(sound.armed())) $("sound").setAttribute("aria-pressed", String(sound.armed()));
}

/** While something must be heard and the browser may not sound it, the button asks for its click. */
export function askForSound(needed) {
  mark($("sound"), "asked", String(needed && !sound.armed()));
  fillSound();
}

function fillKeys() {
  const rows = KEYS.flatMap((key) => [el("dt", {}, el("kbd", {}, key.toUpperCase())), el("dd", {}, t(`key_${key}`))]);
  const close = el("button", { type: "button" }, t("close"));
  close.addEventListener("click", toggleKeys);
  $("keys").replaceChildren(el("h2", {}, t("keysTitle")), el("dl", {}, ...rows, el("dt", {}, el("kbd", {}, "?")), el("dd", {}, t("key_help"))), close);
}

export function toggleKeys() {
  $("keys").hidden = !$("keys").hidden;
  $("help").setAttribute("aria-expanded", String(!$("keys").hidden));
}

/** `keys`: what each does. They rest while somebody types. */
export function bindControls(keys) {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || event.isComposing) return;
    if (event.target.closest("input, textarea, select, [contenteditable]")) return;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    if (key in keys) {
      event.preventDefault();
      keys[key]();
    }
  });
  $("language").addEventListener("click", keys.l);
  $("theme").addEventListener("click", switchTheme);
  $("help").addEventListener("click", toggleKeys);
  $("sound").addEventListener("click", () => (sound.toggleSound(), fillSound()));
  followTheMachine(fillTheme);
}
