// What every page does beside the board: shows the gateway's clock and pulse, and says at once when it is gone.
import { el, mark, put, span } from "./dom.js";
import { languageAtFirst, nextTheme, showTheme, speak, theme, followTheMachine } from "./look.js";

const PULSE_MS = 3000;
const TOO_LATE_MS = 2500; // an answer that takes so long is none
const TICK_MS = 250;

const WORDS = {
  zh: { online: "在线", lost: "连接中断", bannerLost: (time) => `与网关的连接中断。这一页停在 ${time}。正在重连……`, notReady: (why) => `网关现在不能接收事件：${why}`, signedOut: "登录已失效。", signIn: "重新登录", waits: (n) => `■ ${n} 条告警待确认`, emergency: (n) => `■ ${n} 起紧急告警待确认`, overdue: (n) => `■ ${n} 项已超时`, toNow: "去“现在”处理", auto: "跟随系统", day: "日", night: "夜", contrast: "高对比", themeTitle: "换配色 (T)", languageTitle: "Switch to English (L)" },
  en: { online: "Connected", lost: "Connection lost", bannerLost: (time) => `The connection to the gateway is lost. This page stands still at ${time}. Trying again…`, notReady: (why) => `The gateway cannot take events now: ${why}`, signedOut: "You are signed out.", signIn: "Sign in again", waits: (n) => (n === 1 ? "■ 1 alert waits" : `■ ${n} alerts wait`), emergency: (n) => (n === 1 ? "■ 1 emergency waits" : `■ ${n} emergencies wait`), overdue: (n) => `■ ${n} overdue`, toNow: "Go to Now", auto: "As the system", day: "Day", night: "Night", contrast: "High contrast", themeTitle: "Change the colours (T)", languageTitle: "切换到中文 (L)" },
};

const $ = (id) => document.getElementById(id);
const language = languageAtFirst();
const words = WORDS[language];
let aheadMs = 0;
let heardMs = Date.now();
let zone;
let state = "connecting";

const clock = () => new Date(Date.now() + aheadMs).toLocaleTimeString("zh-CN", { hour12: false, timeZone: zone });

async function pulse() {
  try {
    const answer = await fetch("/api/v1/pulse", { signal: AbortSignal.timeout(TOO_LATE_MS) });
    if (answer.status === 401) return show("signed-out");
    if (!answer.ok) return show("lost");
    const told = await answer.json();
    aheadMs = Date.parse(told.now) - Date.now();
    heardMs = Date.now();
    zone = told.timezone;
    show(told.ready ? "not-ready" : "online", told);
    if (document.body.dataset.reload === "version" && told.version !== document.body.dataset.version) location.reload();
    document.dispatchEvent(new CustomEvent("pulse", { detail: told }));
  } catch {
    show("lost");
  }
}

function show(next, told) {
  state = next;
  const lost = next === "lost" || next === "signed-out";
  mark($("link"), "light", lost ? "red" : next === "online" ? "green" : "amber");
  put($("link").firstElementChild, lost ? "■" : "●");
  put($("link").lastElementChild, lost ? words.lost : words.online);
  document.body.classList.toggle("dead", lost);
  const link = (href, text) => el("a", { href }, text);
  if (next === "lost") banner(words.bannerLost(new Date(heardMs + aheadMs).toLocaleTimeString("zh-CN", { hour12: false, timeZone: zone })));
  else if (next === "signed-out") banner(words.signedOut, " ", link("/login", words.signIn));
  else if (next === "not-ready") banner(words.notReady(told.ready));
  else if (told.emergencies_waiting) banner(words.emergency(told.emergencies_waiting), "  ", link("/", words.toNow));
  else if (told.alerts_waiting) banner(words.waits(told.alerts_waiting), "  ", link("/", words.toNow));
  else banner();
}

let said = "";

/** Told anew only when it changed: the screen reader would repeat it every three seconds. */
function banner(...parts) {
  const text = parts.map((part) => part.textContent ?? part).join("");
  if (text === said) return;
  said = text;
  $("banner").hidden = !parts.length;
  $("banner").replaceChildren(...parts);
}

function tick() {
  if (state !== "lost" && zone) put($("clock"), clock());
  for (const node of document.querySelectorAll("[data-since], [data-until]")) {
    const { since, until } = node.dataset;
    put(node, span(since ? Date.now() + aheadMs - Date.parse(since) : Date.parse(until) - Date.now() - aheadMs));
  }
}

function fillTheme() {
  showTheme();
  put($("theme"), words[theme()]);
  $("theme").title = words.themeTitle;
  $("language").title = words.languageTitle;
}

const changeTheme = () => (nextTheme(), fillTheme());

function changeLanguage() {
  speak(language === "zh" ? "en" : "zh");
  location.reload();
}

const KEYS = { t: changeTheme, l: changeLanguage };

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || event.isComposing) return;
  if (event.target.closest("input, textarea, select, [contenteditable]")) return;
  const todo = KEYS[event.key.toLowerCase()];
  if (todo) event.preventDefault(), todo();
});
$("theme").addEventListener("click", changeTheme);
$("language").addEventListener("click", changeLanguage);
for (const button of document.querySelectorAll("[data-print]")) button.addEventListener("click", () => print());
followTheMachine(fillTheme);
fillTheme();
pulse();
setInterval(pulse, PULSE_MS);
setInterval(tick, TICK_MS);
