// The command line: its words in both languages, found by any beginning; what each does is told from outside. Pure but for `say`.

/** [name, Chinese, further names, what it takes]: `takes` names the words that may follow, for the list of commands. */
export const COMMANDS = [
  ["ack", "确认", ["a"], "ackTakes"],
  ["snooze", "推迟", ["z"], "snoozeTakes"],
  ["give", "移交", ["g", "handover"], "giveTakes"],
  ["claim", "认领", ["c"], "recordTakes"],
  ["take", "接手", [], "recordTakes"],
  ["override", "强制接手", [], "reasonTakes"],
  ["release", "放回", [], "recordTakes"],
  ["park", "挂起", ["p"], "noteTakes"],
  ["done", "完成", ["d", "complete"], "noteTakes"],
  ["open", "打开", ["o"], "recordTakes"],
  ["hold", "问候", ["h", "checkin"], "manyTakes"],
  ["net", "应答", ["r", "answered"], "manyTakes"],
  ["wait", "请稍等", ["promise"], "manyTakes"],
  ["kept", "已答复", [], "manyTakes"],
  ["back", "已回电", ["called"], "manyTakes"],
  ["note", "备注", ["n"], "textTakes"],
  ["kind", "类别", [], "textTakes"],
  ["place", "地点", [], "textTakes"],
  ["matter", "事由", [], "textTakes"],
  ["person", "当事人", [], "textTakes"],
  ["handling", "处理", [], "textTakes"],
  ["find", "查找", ["f"], "findTakes"],
  ["show", "只看", ["filter"], "showTakes"],
  ["silence", "静音本次", ["s"], ""],
  ["mute", "静音", ["m"], ""],
  ["lang", "语言", ["l"], ""],
  ["theme", "配色", ["t"], "themeTakes"],
  ["dense", "紧凑", [], ""],
  ["keys", "快捷键", ["help", "?"], ""],
];

/** Commands that the word begins; a whole name or alias is that one alone. */
export function found(word) {
  const said = word.toLowerCase();
  const whole = COMMANDS.filter(([name, zh, others]) => [name, zh, ...others].includes(said));
  return whole.length ? whole : COMMANDS.filter(([name, zh, others]) => [name, zh, ...others].some((one) => one.startsWith(said)));
}

/**
 * "hold 0042 ok / 0043 ok /note waits" → [{name: "hold", rest: "0042 ok"}, {name: "hold", rest: "0043 ok"}, {name: "note", rest: "waits"}].
 * A stroke alone says the same command again; a stroke with a word begins another. `wrong`: the word nobody knows.
 */
export function parsed(line) {
  const steps = [];
  let name = "";
  for (const part of line.trim().replace(/^\//, "").split(/\s+\/(?=.)/)) {
    const again = steps.length > 0 && /^\s/.test(part);
    const words = part.trim();
    if (!words) continue;
    if (again) {
      steps.push({ name, rest: words });
      continue;
    }
    const [word, ...rest] = words.split(/\s+/);
    const fits = found(word);
    if (!fits.length) return { steps: [], wrong: word };
    name = fits[0][0];
    steps.push({ name, rest: rest.join(" ") });
  }
  return { steps, wrong: "" };
}
