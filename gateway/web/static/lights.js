// The lights of what we hear and of how alerts leave, and the banner for when nothing may be trusted.
import { el, keep, mark, put } from "./dom.js";
import { serverNow } from "./feed.js";
import { clockTime } from "./rows.js";
import { language, t } from "./words.js";

const LIGHTS = { online: ["green", "●"], connecting: ["amber", "▲"], stale: ["amber", "▲"], offline: ["red", "■"], refused: ["red", "■"], unknown: ["grey", "○"] };

const $ = (id) => document.getElementById(id);

/** By the minute: a number that changes every second would draw the eye for nothing. */
function heardWords(age_s) {
  return age_s < 60 ? t("heardNow") : t("heardAgo", Math.floor(age_s / 60));
}

export function fillLights(sources, notifiers) {
  keep($("sources"), sources, (source) => source.name, makeLight, (item, source) => {
    const idle = source.last_event_age_s === null;
    const heard = idle ? t("neverHeard") : heardWords(source.last_event_age_s);
    const waiting = source.pushed && source.state === "unknown" && idle;
    const light = source.pushed && source.state === "online" ? heard : t(`light_${source.state}`);
    const blind = Object.keys(source.observable).filter((rule) => source.observable[rule] !== true);
    fillLight(item, source.name, source.state, waiting ? t("waitingNote") : light);
    put(item.children[3], blind.length ? t("blind") : "");
    item.title = [source.kind, source.channel, heard, source.reason, ...blind.map((rule) => t("blindTo", t(`rule_${rule}`)))].filter(Boolean).join(" · ");
  });
  keep($("notifiers"), notifiers, (notifier) => notifier.name, makeLight, (item, notifier) => {
    const link = notifier.link || (notifier.failing_since ? "offline" : "");
    fillLight(item, `→ ${notifier.name}`, link, t(`light_${link}`));
    item.title = [t("tellsWaiting", notifier.waiting), notifier.reason].filter(Boolean).join(" · ");
  });
}

/** Who stands for each role now; a role without anybody is said in amber. */
export function fillDuty(roles) {
  keep($("duty"), roles, ({ role }) => role, makeLight, (item, { role, now }) => {
    mark(item, "light", now.length ? "" : "amber");
    put(item.children[0], now.length ? "" : "▲");
    put(item.children[1], role);
    put(item.children[2], now.map((stint) => [stint.name || stint.person, stint.number].join(" ").trim()).join(t("and")) || t("nobody"));
    item.title = now.map((stint) => t("until", clockTime(Date.parse(stint.until)))).join(t("and"));
  });
}

/** Maintenance and the like that runs now: until when, and why nobody is told meanwhile. */
export function fillWindows(windows) {
  keep($("windows"), windows, ({ id }) => id, makeLight, (item, window) => {
    const held = Object.values(window.not_told).reduce((sum, one) => sum + one, 0);
    mark(item, "light", "amber");
    put(item.children[0], "‖");
    put(item.children[1], t(`silenced_${window.why}`));
    put(item.children[2], [t("until", clockTime(Date.parse(window.until)).slice(0, 5)), held ? t("heldBack", held) : ""].filter(Boolean).join(" · "));
    item.title = [window.reason, window.by].filter(Boolean).join(" · ");
  });
}

const makeLight = () => el("li.light", {}, el("i", { "aria-hidden": "true" }), el("b"), el("span"), el("em.badge"));

function fillLight(item, name, state, words) {
  const [colour, shape] = LIGHTS[state] ?? LIGHTS.unknown;
  mark(item, "light", colour);
  put(item.children[0], shape);
  put(item.children[1], name);
  put(item.children[2], words);
}

/** `link`: our own connection; `ready`: "" or why the gateway takes no events. */
export function fillBanner(link, ready) {
  const banner = $("banner");
  const lost = link === "lost" || link === "signed-out";
  const text = link === "lost" ? t("bannerLost", clockTime(serverNow())) : link === "signed-out" ? t("bannerSignedOut") : ready ? t("bannerNotReady", ready) : "";
  const said = `${link} ${ready} ${language}`;
  if (banner.dataset.said !== said) {
    banner.dataset.said = said;
    banner.hidden = !text;
    banner.replaceChildren(text, ...(link === "signed-out" ? [" ", el("a", { href: "/login" }, t("bannerSignIn"))] : []));
  }
  document.body.classList.toggle("dead", lost);
  mark($("link"), "light", lost ? "red" : link === "online" ? (ready ? "amber" : "green") : "grey");
  put($("link").firstElementChild, lost ? "■" : link === "online" ? "●" : "○");
  put($("link").lastElementChild, t(lost ? "lost" : link === "online" ? "online" : "connecting"));
}
