// What is heard: its own tone for each priority, made by the page. Browsers allow it only after somebody did something.

const REPEAT_MS = 5000;
const EMERGENCY_MS = 2500;

let context = null;
let muted = false;
let last = 0;
let lastEmergency = 0;
let silenced = new Set();
let sounding = [];

/** "off": the browser waits for a click or a key; "on"; "muted": somebody wants it so. */
export const soundState = () => (muted ? "muted" : context?.state === "running" ? "on" : "off");

/** After a gesture of somebody's: the browser lets us from now on. */
export async function arm() {
  context ??= new AudioContext();
  if (context.state !== "running") await context.resume().catch(() => null);
}

export const mute = (want) => (muted = want);

/** For me only: what sounds now stays silent here, on nobody else's screen. Whether anything did sound. */
export function silence() {
  const some = sounding.length > 0;
  silenced = new Set([...silenced, ...sounding]);
  sounding = [];
  return some;
}

const may = (through = false) => context?.state === "running" && (!muted || through);

function note(pitch, startS, lengthS, loudness) {
  const from = context.currentTime + startS;
  const tone = context.createOscillator();
  const gain = context.createGain();
  tone.frequency.value = pitch;
  gain.gain.setValueAtTime(0, from);
  gain.gain.linearRampToValueAtTime(loudness, from + 0.02);
  gain.gain.setTargetAtTime(0, from + lengthS, 0.06);
  tone.connect(gain).connect(context.destination);
  tone.start(from);
  tone.stop(from + lengthS + 0.5);
}

/** One soft note, to be heard once: sound is on. */
export function sampleTone() {
  if (may()) note(523, 0, 0.12, 0.08);
}

export function warnTone() {
  if (may()) note(262, 0, 0.22, 0.12);
}

export function lastTone() {
  if (may()) [0, 0.3].forEach((start) => note(262, start, 0.2, 0.14));
}

/** Two tones to and fro while an emergency waits: nobody's to mute or silence, only to acknowledge. */
export function emergencyTone(waits) {
  if (!waits || !may(true) || performance.now() - lastEmergency < EMERGENCY_MS) return;
  lastEmergency = performance.now();
  [960, 720, 960, 720].forEach((pitch, i) => note(pitch, i * 0.4, 0.32, 0.25));
}

/** Three rising notes, again every 5 s while any breach waits that was not silenced here. `through`: those that sound although muted. */
export function breachTone(keys, through) {
  for (const key of silenced) if (!keys.includes(key)) silenced.delete(key);
  const waiting = keys.filter((key) => !silenced.has(key));
  sounding = muted ? waiting.filter((key) => through.has(key)) : waiting;
  if (!sounding.length || !may(true) || performance.now() - last < REPEAT_MS) return;
  last = performance.now();
  [523, 659, 784].forEach((pitch, i) => note(pitch, i * 0.22, 0.16, 0.2));
}
