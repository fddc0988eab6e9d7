// How the board is set: its language, colours, density and sound, and the list of its keys. It follows its person.
import { el, mark, put } from "./dom.js";
import { chooseTheme, followTheMachine, nextTheme, showTheme, theme } from "./look.js";
import { takeFilter } from "./filter.js";
import { askForNotices, notices } from "./notify.js";
import * as sound from "./sound.js";
import { keepView, readView } from "./view.js";
import { language, switchLanguage, t } from "./words.js";

const KEYS = [
  ["keysWork", ["c", "a", "z", "g", "h", "r", "b"]],
  ["keysRecord", ["e", "n", "p", "d", "o"]],
  ["keysMove", ["↑ ↓", "Enter", "Esc", "/"]],
  ["keysBoard", ["s", "m", "l", "t", "?"]],
];
const THEME_WORDS = { 日: "day", 夜: "night", 高对比: "contrast", 跟随系统: "auto" };

const $ = (id) => document.getElementById(id);
let asked = false;

/** What they chose elsewhere holds here too. `spoken`: the words change. */
export async function takeView(spoken) {
  const view = await readView();
  if (view.theme) chooseTheme(view.theme);
  if (view.density) mark(document.body, "density", view.density);
  if (view.sound) sound.mute(view.sound === "muted");
  takeFilter(view);
  if (view.language && view.language !== language) switchLanguage(view.language);
  spoken();
}

export function fillControls() {
  for (const node of document.querySelectorAll("[data-word]")) put(node, t(node.dataset.word));
  for (const node of document.querySelectorAll("[data-label]")) node.setAttribute("aria-label", t(node.dataset.label));
  put($("language"), language === "zh" ? "EN" : "中");
  $("language").title = t("languageTitle");
  $("help").title = t("helpTitle");
  $("sound").title = t("soundTitle");
  $("order").placeholder = t("orderHere");
  fillTheme();
  fillSound();
  fillKeys();
}

function fillTheme() {
  showTheme();
  put($("theme"), t(`theme_${theme()}`));
  $("theme").title = t("themeTitle");
}

export function changeTheme(name = "") {
  const wanted = THEME_WORDS[name] ?? name;
  if (wanted) chooseTheme(wanted);
  else nextTheme();
  keepView({ theme: theme() });
  fillTheme();
}

export function changeDensity() {
  mark(document.body, "density", document.body.dataset.density === "dense" ? "desk" : "dense");
  keepView({ density: document.body.dataset.density });
}

/** Off: this click lets the browser sound. On: silent from now on, and back. */
export async function changeSound() {
  if (sound.soundState() === "off") await sound.arm();
  else sound.mute(sound.soundState() === "on");
  keepView({ sound: sound.soundState() === "muted" ? "muted" : "on" });
  sound.sampleTone();
  fillSound();
}

function fillSound() {
  const state = sound.soundState();
  mark($("sound"), "sound", state);
  mark($("sound"), "asked", String(asked && state === "off"));
  put($("sound"), t(state === "off" && asked ? "soundAsk" : `sound_${state}`));
  const pressed = String(state === "on");
  if ($("sound").getAttribute("aria-pressed") !== pressed) $("sound").setAttribute("aria-pressed", pressed);
}

/** While something must be heard and the browser may not sound it, the button asks for its click. */
export function askForSound(needed) {
  asked = needed;
  fillSound();
}

function fillKeys() {
  const groups = KEYS.map(([title, keys]) => {
    const rows = keys.flatMap((key) => [el("dt", {}, ...key.split(" ").map((cap) => el("kbd", {}, cap.length === 1 ? cap.toUpperCase() : cap))), el("dd", {}, t(`key_${key}`))]);
    return el("section", {}, el("h3", {}, t(title)), el("dl", {}, ...rows));
  });
  const close = el("button", { type: "button" }, t("close"));
  const tell = el("button", { type: "button" }, t(`notices_${notices()}`));
  tell.disabled = notices() !== "default";
  close.addEventListener("click", toggleKeys);
  tell.addEventListener("click", () => askForNotices().then(fillKeys));
  $("keys").replaceChildren(el("h2", {}, t("keysTitle")), el("div.groups", {}, ...groups), el("p.acts", {}, tell, close));
}

export function toggleKeys() {
  $("keys").hidden = !$("keys").hidden;
  $("help").setAttribute("aria-expanded", String(!$("keys").hidden));
  if (!$("keys").hidden) $("keys").querySelector("button:last-child").focus();
}

/** `keys`: what each does. They rest while somebody types; Esc leaves what is typed into. */
export function bindControls(keys) {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || event.isComposing) return;
    if (event.target.closest("input, textarea, select, [contenteditable]")) {
      if (event.key === "Escape") event.target.blur();
      return;
    }
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    if (key in keys && keys[key](event) !== false) event.preventDefault();
  });
  $("language").addEventListener("click", () => keys.l());
  $("theme").addEventListener("click", () => changeTheme());
  $("help").addEventListener("click", toggleKeys);
  $("sound").addEventListener("click", changeSound);
  for (const gesture of ["pointerdown", "keydown"]) document.addEventListener(gesture, firstGesture, { capture: true });
  followTheMachine(fillTheme);
}

/** Any click or key of somebody's lets the browser sound; the button itself does so by its own hand. */
function firstGesture(event) {
  if (event.target.closest?.("#sound")) return;
  for (const gesture of ["pointerdown", "keydown"]) document.removeEventListener(gesture, firstGesture, { capture: true });
  sound.arm().then(fillSound);
}
