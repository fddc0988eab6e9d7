// What is heard. Made by the page itself; browsers allow it only after somebody clicked.

const REPEAT_MS = 5000;
const EMERGENCY_MS = 2500;

let context = null;
let sounding = false;
let last = 0;
let lastEmergency = 0;
let silenced = new Set();

export const armed = () => context !== null;

export function toggleSound() {
  if (context) {
    context.close();
    context = null;
  } else {
    context = new AudioContext();
    note(523, 0, 0.12, 0.08);
  }
}

/** Esc for me only: these alerts stay, their tone stops here. */
export function silence(keys) {
  silenced = new Set(keys);
}

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

export function warnTone() {
  if (context) note(262, 0, 0.22, 0.12);
}

export function lastTone() {
  if (context) [0, 0.3].forEach((start) => note(262, start, 0.2, 0.14));
}

/** Two tones to and fro while an emergency waits: nobody's to silence, only to acknowledge. */
export function emergencyTone(waits) {
  if (!context || !waits || performance.now() - lastEmergency < EMERGENCY_MS) return;
  lastEmergency = performance.now();
  [960, 720, 960, 720].forEach((pitch, i) => note(pitch, i * 0.4, 0.32, 0.25));
}

/** Three rising notes, again every 5 s while any breach waits that was not silenced here. */
export function breachTone(keys) {
  sounding = keys.some((key) => !silenced.has(key));
  if (!context || !sounding || performance.now() - last < REPEAT_MS) return;
  last = performance.now();
  [523, 659, 784].forEach((pitch, i) => note(pitch, i * 0.22, 0.16, 0.2));
}
