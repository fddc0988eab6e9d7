// A notice of the desktop for what waits while the page is not looked at. Asked for by a button only.
import { language, t } from "./words.js";

const shown = new Map();

export const notices = () => (typeof Notification === "undefined" ? "none" : Notification.permission);

export const askForNotices = async () => (notices() === "default" ? Notification.requestPermission() : notices());

/** `groups`: the alerts that wait. A notice goes when nobody needs it any more. */
export function notifyOf(groups) {
  for (const [key, notice] of shown) {
    if (document.hidden && groups.some((group) => group.key === key)) continue;
    notice.close();
    shown.delete(key);
  }
  if (!document.hidden || notices() !== "granted") return;
  for (const group of groups) {
    if (shown.has(group.key)) continue;
    const notice = new Notification(group.emergency ? `■■ ${t("emergency")}` : `■ ${t(`rule_${group.top.rule}`)}`, {
      body: group.top.text[language] ?? group.top.text.zh, tag: group.key, requireInteraction: group.emergency, lang: language === "zh" ? "zh-CN" : "en",
    });
    notice.onclick = () => (window.focus(), notice.close());
    shown.set(group.key, notice);
  }
}
