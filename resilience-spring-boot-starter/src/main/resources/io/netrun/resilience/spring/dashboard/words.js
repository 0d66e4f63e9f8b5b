// Numbers, times and states as words. Nothing here touches the page.

const LETTERS = {c: 'passing', w: 'failing', x: 'off', d: 'disabled', h: 'half-open', r: 'rejecting', o: 'open', f: 'forced open', '-': 'not known'};

export const title = key => key.replaceAll('-', ' ');
export const letterWord = letter => LETTERS[letter] ?? letter;

export const rate = number => number === undefined ? '' : number >= 10 ? String(Math.round(number)) : number >= 0.095 ? String(Number(number.toFixed(1))) : number > 0 ? '<0.1' : '0';
export const share = (part, whole) => part && whole ? (part / whole > 0.005 ? `${Math.min(100, Math.round(part / whole * 100))} %` : '<1 %') : '';
export const millis = number => number >= 1_000 ? `${(number / 1_000).toFixed(1)} s` : number >= 10 ? `${Math.round(number)} ms` : `${number.toFixed(1)} ms`;

/** How long ago, or how long: 20 s, 4 min, 2 h 5 min, 3 d. */
export function span(ms) {
  const seconds = Math.max(0, Math.round(ms / 1_000));
  if (seconds < 100) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 100) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours >= 48 ? `${Math.floor(hours / 24)} d` : hours < 6 && minutes % 60 ? `${hours} h ${minutes % 60} min` : `${hours} h`;
}

export const clock = time => new Date(time).toLocaleTimeString();
export const simple = text => text.split('.').slice(-2).join('.').replace(/.*\$/, '');
/** io.shop.PaymentClient.charge(String) is PaymentClient.charge. */
export const shortMethod = text => text.includes('(') ? simple(text.slice(0, text.indexOf('('))) : text;

/** A duration of ISO 8601 as settings are written: PT45S is 45s, PT0.25S is 250ms, PT1M is 1m. */
export function duration(text) {
  const parts = /^PT(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:\.(\d{1,9}))?S)?$/.exec(text);
  if (!parts) return text;
  const [, hours = 0, minutes = 0, seconds = 0, fraction = ''] = parts;
  const whole = Number(hours) * 3_600 + Number(minutes) * 60 + Number(seconds);
  const nanos = Number(fraction.padEnd(9, '0') || 0);
  if (nanos % 1_000_000) return text;
  if (nanos) return `${whole * 1_000 + nanos / 1_000_000}ms`;
  return whole && whole % 3_600 === 0 ? `${whole / 3_600}h` : whole && whole % 60 === 0 ? `${whole / 60}m` : `${whole}s`;
}

export const plain = value => value === null || value === undefined ? 'none'
  : Array.isArray(value) ? value.map(plain).join(', ') || 'none'
  : typeof value === 'object' ? Object.entries(value).map(([key, each]) => `${key} ${plain(each)}`).join(', ') || 'none'
  : typeof value === 'string' && value.startsWith('PT') ? duration(value) : String(value);

/** The runs of a lane as [letter, samples]. */
export const runs = lane => [...(lane ?? '').matchAll(/(\d+)([a-z-])/g)].map(([, count, letter]) => [letter, Number(count)]);

/** A lane in words: open for 40 s, half-open for 10 s. */
export function laneWords(lane, seconds) {
  const sums = new Map();
  for (const [letter, count] of runs(lane)) sums.set(letter, (sums.get(letter) ?? 0) + count);
  return [...sums].filter(([letter]) => letter !== '-').map(([letter, count]) => `${letterWord(letter)} ${span(count * seconds * 1_000)}`).join(', ') || 'nothing known yet';
}

const PLURALS = {
  open: n => n === 1 ? '1 circuit open' : `${n} circuits open`,
  'forced-open': n => n === 1 ? '1 circuit forced open' : `${n} circuits forced open`,
  full: n => n === 1 ? '1 bulkhead full' : `${n} bulkheads full`,
  limited: n => n === 1 ? '1 limit exceeded' : `${n} limits exceeded`,
  flapping: n => `${n} flapping`,
  'half-open': n => n === 1 ? '1 circuit half-open' : `${n} circuits half-open`,
  failing: n => `${n} failing`,
  'timing-out': n => `${n} timing out`,
  exhausted: n => `retries exhausted for ${n}`,
  denied: n => `retries denied for ${n}`,
  waiting: n => `calls wait for ${n}`,
  disabled: n => n === 1 ? '1 circuit disabled' : `${n} circuits disabled`,
  off: n => `${n} switched off`,
};

/** One sentence on how things are, and its level. */
export function headline(body, now) {
  const kinds = new Map();
  for (const {name, causes: [worst]} of body.problems) {
    if (!kinds.has(worst.kind)) kinds.set(worst.kind, []);
    kinds.get(worst.kind).push({name, since: worst.since});
  }
  if (!kinds.size) return {level: 'healthy', text: body.head.names ? `All ${body.head.names} names are healthy` : 'No instances yet'};
  const texts = [...kinds].map(([kind, names]) => {
    const who = names.slice(0, 2).map(({name, since}) => since ? `${name} for ${span(now - Date.parse(since))}` : name).join(', ');
    return `${(PLURALS[kind] ?? (n => `${n} ${kind}`))(names.length)} (${who}${names.length > 2 ? ', …' : ''})`;
  });
  return {level: body.problems.some(problem => problem.level === 'rejecting') ? 'rejecting' : 'warning', text: texts.join('; ')};
}
