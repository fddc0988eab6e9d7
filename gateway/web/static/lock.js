// Locks the screen where nobody sits, and opens it again by the password. A strip: the page stays, nothing typed is lost.
import { el } from "./dom.js";

const WORDS = {
  zh: { locked: "没人操作，已锁定。输入密码继续，内容不会丢失。", password: "密码", unlock: "解锁", other: "换人登录", wrong: "密码不对", wait: (s) => `请等 ${s} 秒再试`, failed: "网关没有回答，请再试", soon: (s) => `${s} 秒后锁定` },
  en: { locked: "Locked: nobody sat here. Enter your password to go on; nothing is lost.", password: "Password", unlock: "Unlock", other: "Somebody else", wrong: "Wrong password", wait: (s) => `Wait ${s} s`, failed: "The gateway does not answer; try again", soon: (s) => `Locks in ${s} s` },
};
const LOOK_MS = 5000;
const TELL_MS = 60_000; // somebody is there: told at most so often
const SOON_S = 30;

let session = null;
let usedMs = Date.now();
let toldMs = Date.now();
let strip = null;

const words = () => WORDS[document.documentElement.lang.startsWith("en") ? "en" : "zh"];
const rest = () => [...document.body.children].filter((node) => node !== strip && node.tagName !== "SCRIPT");

async function ask(path, method = "POST", body) {
  const headers = body ? { "Content-Type": "application/json" } : {};
  const answer = await fetch(`/api/v1/session${path}`, { method, headers, body: body && JSON.stringify(body) });
  return { status: answer.status, told: await answer.json().catch(() => ({})), waitS: answer.headers.get("Retry-After") };
}

function used() {
  usedMs = Date.now();
  if (session?.lock_after_s && !strip && usedMs - toldMs > Math.min(TELL_MS, session.lock_after_s * 250)) {
    toldMs = usedMs;
    ask("/active").then(({ told }) => take(told)).catch(() => null);
  }
}

function take(told) {
  if (!("locked" in told)) return;
  session = told;
  if (told.locked) show();
  else hide();
}

async function look() {
  if (!session?.lock_after_s || strip) return;
  const left = session.lock_after_s - (Date.now() - usedMs) / 1000;
  if (left <= 0) await ask("/lock").then(({ told }) => take(told));
  document.body.dataset.locks = left > 0 && left < SOON_S ? words().soon(Math.ceil(left)) : "";
}

function show() {
  if (strip) return;
  const said = el("span", { role: "status" }, words().locked);
  const password = el("input", { type: "password", name: "password", maxlength: "128", required: "", autocomplete: "current-password", "aria-label": words().password, placeholder: words().password });
  const out = el("form", { method: "post", action: "/logout" }, el("button", { type: "submit" }, words().other));
  const form = el("form", {}, password, el("button.primary", { type: "submit" }, words().unlock));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    unlock(password, said);
  });
  strip = el("section.locked-strip", { "aria-label": words().unlock }, said, form, out);
  for (const node of rest()) node.inert = true;
  document.body.classList.add("locked");
  document.body.prepend(strip);
  password.focus({ preventScroll: true });
}

async function unlock(password, said) {
  const { status, told, waitS } = await ask("/unlock", "POST", { password: password.value }).catch(() => ({ status: 0, told: {} }));
  password.value = "";
  if (status === 401) location.assign("/login");
  else if (status === 200) take(told);
  else said.textContent = status === 403 ? words().wrong : status === 429 ? words().wait(waitS) : words().failed;
}

function hide() {
  if (!strip) return;
  strip.remove();
  strip = null;
  for (const node of rest()) node.inert = false;
  document.body.classList.remove("locked");
  usedMs = toldMs = Date.now();
}

for (const event of ["pointerdown", "keydown", "wheel", "touchstart"]) addEventListener(event, used, { passive: true, capture: true });
addEventListener("locked", () => ask("", "GET").then(({ told }) => take(told)));
ask("", "GET")
  .then(({ told }) => {
    take(told);
    if (session?.lock_after_s) setInterval(() => look().catch(() => null), Math.min(LOOK_MS, session.lock_after_s * 250));
  })
  .catch(() => null);
