// In and stop sound and feel different: nobody has to look.
const TUNES = {
  in: { notes: [[880, 0, 0.12], [1320, 0.13, 0.18]], shape: "sine", pulses: [60] },
  stop: { notes: [[220, 0, 0.25], [165, 0.3, 0.45]], shape: "square", pulses: [200, 80, 200] },
  check: { notes: [[520, 0, 0.15], [520, 0.25, 0.15]], shape: "triangle", pulses: [120, 60, 120] },
};
let context;

export function feel(tone) {
  const tune = TUNES[tone];
  if (!tune) return;
  navigator.vibrate?.(tune.pulses);
  play(tune);
}

function play({ notes, shape }) {
  const Context = window.AudioContext ?? window.webkitAudioContext;
  if (!Context) return;
  context ??= new Context();
  for (const [pitch, from, length] of notes) {
    const tone = context.createOscillator();
    const volume = context.createGain();
    tone.type = shape;
    tone.frequency.value = pitch;
    volume.gain.setValueAtTime(0.25, context.currentTime + from);
    volume.gain.exponentialRampToValueAtTime(0.001, context.currentTime + from + length);
    tone.connect(volume).connect(context.destination);
    tone.start(context.currentTime + from);
    tone.stop(context.currentTime + from + length);
  }
}
