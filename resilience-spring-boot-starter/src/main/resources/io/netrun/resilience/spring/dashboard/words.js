// Numbers, times and states as words. Nothing here touches the page.

const LETTERS = {n: 'no calls', c: 'healthy', s: 'slower', a: 'warning', w: 'failing', x: 'off', d: 'disabled', h: 'half-open', r: 'rejecting', o: 'open', f: 'forced open', '-': 'not known'};

const STATE_TITLES = {'half-open': 'half-open'};
/** A key as words: circuit breaker, forced open, half-open. */
export const title = key => STATE_TITLES[key] ?? key.replaceAll('-', ' ');
export const letterWord = letter => LETTERS[letter] ?? letter;

export const rate = number => !Number.isFinite(number) ? '' : number >= 10 ? String(Math.round(number)) : number >= 0.095 ? String(Number(number.toFixed(1))) : number > 0 ? '<0.1' : '0';
/** All and none are only what is all and none. */
export const share = (part, whole) => part && whole ? tight(part >= whole ? '100 %' : part / whole <= 0.005 ? '<1 %' : part / whole >= 0.995 ? '>99 %' : `${Math.round(part / whole * 100)} %`) : '';
/** What is shorter than can be shown is not nothing. */
export const millis = number => !Number.isFinite(number) ? '' : tight(number < 0.1 ? 'under 0.1 ms' : number >= 1_000 ? `${(number / 1_000).toFixed(1)} s` : number >= 10 ? `${Math.round(number)} ms` : `${number.toFixed(1)} ms`);

/** Numbers, units and times do not part at the end of a line. */
const tight = text => text.replace(/\s/g, '\u00a0');

/** How long ago, or how long: 20 s, 1 min 41 s, 2 h 5 min, 3 d 4 h. */
export function span(ms) {
  const seconds = Math.max(0, Math.round(ms / 1_000)), minutes = Math.floor(seconds / 60), hours = Math.floor(minutes / 60);
  const both = (large, unit, small, smaller) => tight(`${large} ${unit}${small ? ` ${small} ${smaller}` : ''}`);
  if (seconds < 60) return tight(`${seconds} s`);
  if (minutes < 60) return both(minutes, 'min', seconds % 60, 's');
  return hours < 48 ? both(hours, 'h', minutes % 60, 'min') : both(Math.floor(hours / 24), 'd', hours % 24, 'h');
}

/** The whole seconds between two times as their clocks show them, in milliseconds. */
export const passed = (since, now) => Math.max(0, Math.floor(now / 1_000) - Math.floor(new Date(since).getTime() / 1_000)) * 1_000;

const HOURS = {hourCycle: 'h23', hour: '2-digit', minute: '2-digit'};
/** 21:09:36, whatever the language is: a page of many times has no room for AM and PM. */
export const clock = time => Number.isNaN(new Date(time).getTime()) ? '–' : tight(new Date(time).toLocaleTimeString([], {...HOURS, second: '2-digit'}));
/** With the day before it, unless that is the day of another time. */
export const dayClock = (time, now) => {
  const day = new Date(time).toLocaleDateString('sv'); // as in ISO 8601, in the time zone of the others
  return now === undefined || Number.isNaN(new Date(time).getTime()) || day === new Date(now).toLocaleDateString('sv') ? clock(time) : tight(`${day} ${clock(time)}`);
};
/** A whole minute. */
export const minuteClock = time => tight(new Date(time).toLocaleTimeString([], HOURS));
/** With the time zone, which is once on the page. */
export const zonedClock = time => tight(new Date(time).toLocaleTimeString([], {...HOURS, second: '2-digit', timeZoneName: 'short'}));
/** How much later than the server's clock the content of its answer may be: that one has whole seconds, cut off. */
const CUT_OFF = 1_000;

/** The time of an answer: nothing in it is later. */
export function answeredAt({problems = [], changes = []}, serverTime) {
  const past = problems.flatMap(({causes = []}) => causes.flatMap(({since, lastOpened, closedSince, lastFailure, laterFailure}) => [since, lastOpened, closedSince, lastFailure?.time, laterFailure?.time]));
  const times = [...past, ...changes.map(({time}) => time)].map(time => Date.parse(time ?? '')).filter(time => time > serverTime && time < serverTime + CUT_OFF + 500);
  return Math.max(serverTime, ...times);
}

/** Steps of an axis, in seconds. */
const STEPS = [10, 30, 60, 120, 180, 300];

/** The round moments between two, so many at the most, each with its text. */
export function ticks(from, to, most) {
  const step = STEPS.find(each => (to - from) / each / 1_000 <= most) ?? STEPS.at(-1), found = [];
  for (let at = Math.ceil(from / step / 1_000) * step * 1_000; at <= to; at += step * 1_000) found.push({at, text: step < 60 ? clock(at) : minuteClock(at)});
  return found;
}
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

const RED = 'or', RED_OR_FAILING = 'orw';
/** The states of a circuit that is not closed; a sample has the worst of those within it. */
const CIRCUIT = 'ohfd';
/** From the least to the worst. */
const WORSE = '-ncsawxdhrof';
const STATES = {open: 'o', 'half-open': 'h', 'forced-open': 'f', disabled: 'd'};
const worse = (one, other) => WORSE.indexOf(one) >= WORSE.indexOf(other) ? one : other;

/** The level of a name without calls: nothing is known of it. The server decides which names these are. */
const NO_CALLS = 'no-calls';
export const quiet = ({level}) => level === NO_CALLS;
/** Nothing counts the calls of such a name: it is not known whether there are any. */
const NOT_MEASURED = 'not-measured';
const unmeasured = ({level}) => level === NOT_MEASURED;
/** Whether calls of a name are known. */
export const isKnown = row => !quiet(row) && !unmeasured(row);
/** How a name is, which its mark, the filter, the panel and the sentence ask alike. */
export const levelOf = row => row.level ?? (isSlow(row) ? SLOWER : 'healthy');
/** A name that serves its calls, but takes longer than before: it is no problem yet, and not well. */
const SLOWER = 'slower';
const isSlow = ({slower}) => Boolean(slower) && !slower.by;
/** A level as words. */
export const levelWord = level => title(level);

/** How a name is now, as a letter: its circuit, or its level, which is that of the last ten seconds. */
function present(row, last) {
  const {level, cells = {}} = row, {state, mode} = cells['circuit-breaker'] ?? {};
  if (state && mode !== 'observe' && STATES[state]) return STATES[state];
  // Below one in ten over two samples, whatever the last one has, is still not healthy.
  if (level === 'warning' && RED_OR_FAILING.includes(last)) return 'a';
  return {failing: 'w', rejecting: 'r', [NO_CALLS]: 'n', [NOT_MEASURED]: '-'}[level] ?? (level === 'observing' || 'axd-'.includes(last) ? last : isSlow(row) && row.slower.since ? 's' : 'c');
}

/**
 * A lane as pieces [letter, samples] until now, those that look alike as one. Where the changes of the circuit's state are
 * known, a piece is as long as the state was; otherwise as long as its samples. The last piece is the state of now; without
 * a time, it is the last sample.
 */
export function drawn(row, {sampled, sampleSeconds}, now) {
  const {lane, states = [], level} = row, each = sampleSeconds * 1_000, pieces = runs(lane), whole = pieces.reduce((sum, [, count]) => sum + count, 0);
  const last = pieces.at(-1)?.[0], is = present(row, last), cuts = states.map(([letter, ms]) => [letter, whole - ms / each]), latest = cuts.at(-1), joined = [];
  // The level is that of two samples: where only the last one is quiet, the problem is not over.
  if ((level === 'failing' || level === 'rejecting') && 'wr'.includes(is) && 'csa'.includes(last) && pieces.at(-1)[1] === 1 && pieces.length > 1) pieces.at(-1)[0] = is;
  // The server's clock has whole seconds, which may end before the latest change.
  if (last && sampled && now !== undefined) pieces.push([is, Math.min(3, Math.max(0, (now - Date.parse(sampled)) / each, latest ? latest[1] - whole + 0.1 : 0))]);
  if (latest && now !== undefined && latest[0] !== is && (CIRCUIT.includes(latest[0]) || CIRCUIT.includes(is))) cuts.push([CIRCUIT.includes(is) ? is : 'c', Math.max(whole, latest[1])]);
  const add = (letter, from, to) => {
    const before = joined.at(-1), count = Math.round((to - from) * 1_000) / 1_000;
    if (count <= 0) return;
    if (before && (before[0] === letter || (RED.includes(before[0]) && RED.includes(letter)))) before[1] = Math.round((before[1] + count) * 1_000) / 1_000;
    else joined.push([letter, count]);
  };
  let from = 0;
  for (const [letter, count] of pieces) {
    const to = from + count;
    while (from < to) {
      const known = cuts.findLast(([, at]) => at <= from), next = cuts.find(([, at]) => at > from && at < to), end = next ? next[1] : to;
      if (!known) add(letter, from, end);
      else if (CIRCUIT.includes(known[0])) add(CIRCUIT.includes(letter) ? known[0] : worse(known[0], letter), from, end);
      // The sample of an opening has the failures that led to it.
      else add(!CIRCUIT.includes(letter) ? letter : next?.[0] === 'o' || joined.at(-1)?.[0] === 'w' ? 'w' : 'c', from, end);
      from = end;
    }
  }
  return joined;
}

/** Since when calls failed before the circuit opened, to five seconds; nothing for less than one. */
export function failedFrom({causes: [worst]}, row, head, now) {
  const {kind} = worst, since = spellOf(worst);
  if (!since || !OPENED.has(kind) || !row.lane || !head?.sampled) return undefined;
  const each = head.sampleSeconds * 1_000;
  const begins = Date.parse(head.sampled) - head.samples * each;
  let at = begins;
  for (const [letter, count] of drawn(row, head, now)) {
    // What began before the lane has no beginning here.
    if (letter === 'w' && at > begins && count * each >= 1_000 && Math.abs(at + count * each - Date.parse(since)) < 1_000) return at;
    at += count * each;
  }
  return undefined;
}

/** A circuit that opened after calls had failed. */
const OPENED = new Set(['open', 'half-open', 'flapping']);

/** Since when a circuit opens again and again, whichever opening is the latest one; of all else, since when it is so. */
const spellOf = ({onAndOffSince, since}) => onAndOffSince ?? since;

/** When a problem began: with the failures that opened the circuit. */
export function beganAt(problem, row, head, now) {
  const since = problem.causes[0].earlier ? undefined : spellOf(problem.causes[0]);
  return failedFrom(problem, row, head, now) ?? (since ? Date.parse(since) : undefined);
}

/** For how long samples are kept. */
const KEPT = 900_000;

/** What lasts since then. */
const LASTS = {
  open: 'open', 'half-open': 'not closed', 'forced-open': 'forced open', full: 'rejecting', limited: 'rejecting', failing: 'failing', 'timing-out': 'timing out',
  exhausted: 'failing', denied: 'denied', waiting: 'calls waiting', disabled: 'circuit disabled', off: 'switched off',
};

/** Since when what lasts: failing since 23:46:25, open since 23:46:28. */
export function sinceWords(problem, row, head, now) {
  const [{kind, pattern, since, periods, closedSince, onAndOffSince, forcedBefore}] = problem.causes, failed = failedFrom(problem, row, head, now), at = time => dayClock(time, now);
  if (!since) return '';
  if (kind === 'flapping') return !goesOn(problem, row, now) ? `closed again since ${at(closedSince)}, for ${span(passed(closedSince, now))}` : `on and off since ${failed ? ABOUT : ''}${at(failed ?? since)}`;
  const what = `${kind === 'off' ? `${title(pattern)} ` : kind === 'denied' ? pattern === 'hedge' ? 'hedges ' : 'retries ' : ''}${LASTS[kind] ?? 'so'}`;
  if (problem.causes[0].earlier) return `${what} ${longWords(periods, since, now)}`;
  // Of one that is older than the samples, the first times are no longer counted.
  if (periods > 1) return `${what} on and off since ${aboutOf(kind)}${at(since)}${passed(since, now) > KEPT ? '' : `, ${periods} times`}`;
  if (isHalfOpened(problem.causes[0])) return `half-opened since ${at(since)}, for ${span(passed(since, now))}${forcedBefore?.since ? `; not closed since ${at(forcedBefore.since)}` : ''}`;
  const before = onAndOffSince ? `on and off since ${failed ? ABOUT : ''}${at(failed ?? onAndOffSince)}, ` : failed ? `failing since ${ABOUT}${at(failed)}, ` : '';
  return `${before}${what} since ${aboutOf(kind)}${at(since)}, for ${span(passed(since, now))}`;
}

/** Samples know to five seconds when something began; the events of a circuit, and of operators, know it exactly. */
const ABOUT = 'about ', SAMPLED_KINDS = new Set(['full', 'limited', 'failing', 'timing-out', 'exhausted', 'denied', 'waiting']);
const aboutOf = kind => SAMPLED_KINDS.has(kind) ? ABOUT : '';

/** A strip of so many pixels as pieces [letter, pixels]: in each pixel the worst state counts, and in the last one the present. */
export function pixelated(parts, left, pixels) {
  const whole = parts.reduce((sum, [, count]) => sum + count, 0), each = (whole - left) / pixels, found = [];
  if (!(each > 0)) return found;
  for (let pixel = 0; pixel < pixels; pixel++) {
    const from = left + pixel * each, to = from + each;
    let at = 0, letter = '-';
    for (const [next, count] of parts) {
      // A part of a pixel that rounding leaves is none.
      if (at < to - each / 1_000 && at + count > from + each / 1_000) letter = worse(next, letter);
      at += count;
    }
    if (pixel === pixels - 1) letter = parts.at(-1)[0];
    if (found.at(-1)?.[0] === letter) found.at(-1)[1]++;
    else found.push([letter, 1]);
  }
  return found;
}

/** A trial is seen if it is three pixels wide, and if there is room between it and the one before. */
export const THIN = 3, APART = 3 * THIN;

/**
 * The pieces of a lane, and the marks of its short trials: each for itself, or those that are too close to one another to be
 * seen as one from the first to the last, with their count. The circuit was open before and after them. The present is none.
 *
 * @param each the pixels of a sample
 */
export function withTrials(pieces, each) {
  const isTrial = ([letter, count], index) => letter === 'h' && count * each < THIN && index < pieces.length - 1, marks = [], joined = [];
  let at = 0, open = false;
  pieces.forEach((piece, index) => {
    const [letter, count] = piece, trial = isTrial(piece, index), middle = at + count / 2, last = marks.at(-1);
    if (trial && last && open && (middle - last.to) * each < APART) { last.to = middle; last.count++; } else if (trial) marks.push({from: middle, to: middle, count: 1});
    open = trial || open && 'oh'.includes(letter);
    at += count;
  });
  const whole = marks.every(({count}) => count === 1);
  if (whole) return {pieces, marks};
  pieces.forEach((piece, index) => {
    const letter = isTrial(piece, index) ? 'o' : piece[0];
    if (joined.at(-1)?.[0] === letter) joined.at(-1)[1] += piece[1];
    else joined.push([letter, piece[1]]);
  });
  return {pieces: joined, marks};
}

/**
 * The counts under the marks that stand for several trials, as labels that do not overlap: those of neighbours are one label,
 * 8 + 2 trials, 20 trials in 9 marks, and all of them where there is no room even for that.
 *
 * @param groups from where to where each mark is, as parts of the whole, and its count
 * @param pixels those of the whole
 * @param letter those of a letter, at most
 * @param end where something else begins, in pixels
 * @param start where something else ends, in pixels
 */
export function trialLabels(groups, pixels, letter, end = pixels, start = 0) {
  const placed = (counts, from, to) => {
    const text = counts.length > FEW_MARKS ? `${counts.reduce((sum, count) => sum + count, 0)} trials in ${counts.length} marks` : `${counts.join(' + ')} trials`, width = text.length * letter;
    return {counts, from, to, text, width, left: Math.min(Math.max(start, (from + to) / 2 * pixels - width / 2), Math.max(start, end - width))};
  };
  const labels = [];
  for (const {from, to, count} of [...groups].sort((one, other) => one.from - other.from)) {
    labels.push(placed([count], from, to));
    for (let last = labels.at(-1), before = labels.at(-2); before && last.left < before.left + before.width + letter; last = labels.at(-1), before = labels.at(-2)) {
      labels.splice(-2, 2, placed([...before.counts, ...last.counts], before.from, last.to));
    }
  }
  const all = labels.flatMap(({counts}) => counts);
  return labels.some(({width}) => width > end - start) ? [placed([all.reduce((sum, count) => sum + count, 0)], labels[0].from, labels.at(-1).to)] : labels;
}
/** So many counts are read faster than their sum is understood. */
const FEW_MARKS = 4;

/**
 * The labels of trials, and the left end of the one of the problem's beginning: as its mark is in the middle or at an end of
 * it; where trials leave no room for that, as near as there is any. Nothing of the latter if there is none.
 *
 * @param began where the problem began, as a part of the whole
 * @param width the pixels of its label
 */
export function labelsAround(began, width, groups, pixels, letter, end = pixels) {
  const inside = (from, to) => left => Math.min(Math.max(from, left), Math.max(from, to - width)), within = inside(0, end), at = began * pixels;
  const fits = (left, labels) => left >= 0 && left + width <= end && labels.every(each => left + width + letter <= each.left || each.left + each.width + letter <= left);
  const free = trialLabels(groups, pixels, letter, end), middle = within(at - width / 2);
  if (fits(middle, free)) return {trials: free, onset: middle};
  const before = groups.filter(({to}) => to <= began), after = groups.filter(({to}) => to > began), off = ({left, width: wide, from, to}) => Math.abs(left + wide / 2 - (from + to) / 2 * pixels);
  const beside = [within(at - width), within(at)].map(left => ({onset: left, trials: [...trialLabelsOf(before, pixels, letter, left - letter, 0), ...trialLabelsOf(after, pixels, letter, end, left + width + letter)]}))
    .filter(({onset, trials}) => fits(onset, trials) && trials.every(each => each.left >= 0 && each.left + each.width <= end)).map(each => ({...each, moved: each.trials.reduce((sum, label) => sum + off(label), 0)}));
  if (beside.length) return beside.reduce((best, each) => each.moved < best.moved ? each : best);
  const near = free.flatMap(each => [each.left - letter - width, each.left + each.width + letter]).filter(each => fits(each, free));
  return {trials: free, onset: near.sort((one, other) => Math.abs(one + width / 2 - at) - Math.abs(other + width / 2 - at))[0]};
}
const trialLabelsOf = (groups, ...room) => groups.length ? trialLabels(groups, ...room) : [];

/** The pieces of a lane in words: open for 40 s, half-open for 10 s. */
export function laneWords(pieces, seconds) {
  const sums = new Map();
  for (const [letter, count] of pieces) sums.set(letter, (sums.get(letter) ?? 0) + count);
  return [...sums].filter(([letter]) => letter !== '-').map(([letter, count]) => `${letterWord(letter)} ${span(count * seconds * 1_000)}`).join(', ') || 'no data';
}

/** An exception in short: the status, or the class, and as a quotation the message in its body. */
export function shortFailure(text, longest = 90) {
  const [, type, message] = /^(\w+): ([\s\S]*)$/.exec(text) ?? [null, '', text];
  const inner = /"(?:error|message|detail|title)\\?"\s*:\s*\\?"([^"\\]+)/.exec(message)?.[1], status = /^([45]\d\d)\b/.exec(message)?.[1];
  const own = inner ?? (status ? message.slice(4) : message), quoted = `“${own.length > longest ? `${own.slice(0, longest - 1)}…` : own}”`;
  return status ? `${status} ${quoted}` : type ? `${type}: ${quoted}` : quoted;
}

/** Reasons that belong to some changes of a circuit's state only. */
const REASONS = [[/\btrials?\b/, ({from}) => from === 'half-open'], [/open duration|elapsed/, ({from, to}) => from === 'open' && to === 'half-open'], [/failure count|of \d+ calls failed|consecutive/, ({to}) => to === 'open']];

/** What a change has changed, as the fields of the settings have it: openDuration: 6s → 8s, maxOpenDuration: none → 30s. */
export function changedWords(before, after) {
  const value = (values, key) => key === 'state' ? title(values[key] ?? 'unknown') : plain(values[key]), keys = [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])];
  return keys.map(key => `${key === 'state' ? '' : `${key}: `}${before ? `${value(before, key)} →` : key === 'state' ? '→' : 'set to'} ${value(after ?? {}, key)}`).join(', ');
}

/** The problem of a change that is not possible, at the field of the setting that comes first in it; empty if it is of none. */
export function mistakeOf({error, remedy}, settings) {
  // The name of the instance is that of the panel.
  const text = readable(error.replace(/^[A-Z]\w+ '.*?': /, '')), at = name => text.search(new RegExp(`\\b${name}\\b`));
  const setting = settings.filter(name => at(name) >= 0).sort((one, other) => at(one) - at(other))[0] ?? '';
  return {setting, text: `${text}.${remedy && remedy !== 'Nothing has changed' ? ` ${readable(remedy)}.` : ''}`};
}

/** What may be written in a field: durations have units. */
export const formatWords = ({format, range, values}) => values.length ? '' : `${format === 'a duration' ? 'a duration, such as 500ms, 6s or 1m' : format}${range ? `, ${readable(range.replace(/, such as.*/, ''))}` : ''}; `;

/** An event in words; a reason that does not fit to the change is left out. */
export function eventWords(event, rest) {
  const {from, to, reason, principal, action, before, after, failure} = rest, fits = reason && !REASONS.some(([words, may]) => words.test(reason) && !may(rest));
  if (event === 'stateChanged') return `${from ? `${title(from)} → ` : ''}${title(to ?? 'another state')}${fits && reason !== title(to ?? '') ? `: ${reason}` : ''}`;
  if (event === 'operatorChange') return `${principal ?? UNNAMED}: ${title(action ?? 'a change')}${action === 'settings' && (before || after) ? `, ${changedWords(before, after)}` : ''}${reason ? `; reason: ${reason}` : ''}`;
  return `${eventName(event)}${failure ? `: ${shortFailure(String(failure))}` : ''}`;
}

/** An event's name as words: retry exhausted. */
export const eventName = event => event.replace(/([A-Z])/g, ' $1').toLowerCase();

const SHORT_PATTERNS = {'circuit-breaker': 'breaker', 'rate-limiter': 'limiter'};
/** A pattern where there is little room. */
export const shortPattern = key => SHORT_PATTERNS[key] ?? title(key);

/** A failure that the circuit breaker has counted, and that a retry repeats, is the same one; it has the time of both. */
const SAME = 250;

/**
 * The failures that are kept, by their class, that of the latest failure first, each with its time, what has become of it, and its
 * message. What several patterns know of is one failure.
 */
export function failureGroups(patterns) {
  const found = [], groups = new Map();
  const add = (time, text, pattern, fate) => {
    // Events have less of a long message.
    const same = found.find(each => Math.abs(each.time - time) <= SAME && !each.patterns.has(pattern) && (each.text.startsWith(text) || text.startsWith(each.text)));
    if (!same) { found.push({time, text, patterns: new Set([pattern]), fates: [fate]}); return; }
    same.patterns.add(pattern);
    same.fates.push(fate);
    if (text.length > same.text.length) same.text = text;
  };
  for (const [key, {lastFailures = []}] of Object.entries(patterns)) {
    for (const {time, thrown, reason} of lastFailures) add(Date.parse(time), thrown ?? reason ?? 'without an exception', key, shortPattern(key));
  }
  for (const [key, {recentEvents = []}] of Object.entries(patterns)) {
    for (const {event, time, failure} of recentEvents) if (typeof failure === 'string') add(Date.parse(time), failure, key, eventName(event).startsWith(key) ? eventName(event) : `${shortPattern(key)} ${eventName(event)}`);
  }
  for (const {time, text, fates} of found.sort((one, other) => other.time - one.time)) {
    const kind = /^([\w$]+): /.exec(text)?.[1] ?? text.split(':')[0];
    if (!groups.has(kind)) groups.set(kind, []);
    groups.get(kind).push({time, where: fates.join(', '), message: shortFailure(text, 200).replace(`${kind}: `, ''), text});
  }
  return [...groups].map(([kind, lines]) => ({kind, lines}));
}

/** What calls have, and what a circuit does: each has its beginnings. What is two samples apart is one time. */
const TROUBLES = ['awr', 'ohf', 's'], NEAR = 2;
/** What begins, by the letter of a lane. */
const BEGINNINGS = {
  w: {retry: 'retries begin to be exhausted', timeout: 'calls begin to time out'}, a: {retry: 'retries begin to be denied', hedge: 'hedges begin to be denied'},
};
const BEGINNING = {w: 'calls begin to fail', a: 'a few calls begin to be rejected', r: 'calls begin to be rejected', o: 'opens', f: 'is forced open', h: 'is half-open', s: 'begin to take longer than before'};

/**
 * What began within the lanes, and for how long it went on, to a sample: events of retries are too many to go back to it. A
 * circuit's states are left out where its events have them.
 */
export function beginnings(lanes, {sampled, sampleSeconds}) {
  const each = sampleSeconds * 1_000, end = Date.parse(sampled), found = [];
  for (const [pattern, {lane, recentEvents = []}] of Object.entries(lanes)) {
    const letters = runs(lane).flatMap(([letter, count]) => Array(count).fill(letter));
    for (const trouble of TROUBLES) for (let index = 0, bad = at => trouble.includes(letters[at]); index < letters.length; index++) {
      if (!bad(index)) continue;
      let last = index, next = index;
      while (next < letters.length && next - last <= NEAR + 1) { if (bad(next)) last = next; next++; }
      const letter = letters[index], time = end - (letters.length - index) * each, known = recentEvents.some(({event, time: at}) => event === 'stateChanged' && Date.parse(at) >= time && Date.parse(at) < time + each);
      if (index && letters[index - 1] !== '-' && !(CIRCUIT.includes(letter) && known)) {
        const text = BEGINNINGS[letter]?.[pattern] ?? BEGINNING[letter];
        found.push({pattern, time, letter, lasts: last === letters.length - 1, text: `${text}${last === letters.length - 1 ? ', until now' : `, for ${span((last + 1 - index) * each)}`}`});
      }
      index = last;
    }
  }
  return found;
}

/** Patterns that count each call, and those that reject some. */
const COUNTING = ['circuit-breaker', 'bulkhead', 'rate-limiter'], REJECTING = [...COUNTING, 'timeout'];

/** What became of all calls that came within each sample, as in the table; nothing if no pattern counts them. */
export function served(patterns, size) {
  const of = key => patterns[key]?.samples ?? {}, value = (key, name, index) => of(key)[name]?.[index] ?? 0, counting = COUNTING.filter(key => patterns[key]?.samples);
  if (!counting.some(key => of(key).calls || of(key).rejected)) return null;
  const made = {succeeded: [], failed: [], rejected: []};
  for (let index = 0; index < size; index++) {
    const came = Math.max(...counting.map(key => value(key, 'calls', index) + value(key, 'rejected', index)));
    const rejected = Math.min(came, REJECTING.reduce((sum, key) => sum + value(key, 'rejected', index), 0));
    const failed = Math.min(came - rejected, Math.max(...Object.keys(patterns).map(key => value(key, 'failed', index))));
    made.rejected.push(rejected); made.failed.push(failed); made.succeeded.push(came - rejected - failed);
  }
  return made;
}

/** The last failure of a problem, whichever of its causes has it. */
const failureOf = ({causes}) => causes.find(each => each.lastFailure && !(isHalfOpened(each) && Date.parse(each.lastFailure.time) < Date.parse(each.since)))?.lastFailure;

/** Half-open after an operator had it forced open: what failed before that is not what is wrong now. */
const isHalfOpened = ({kind, by}) => kind === 'half-open' && by;

/** The latest failure of a circuit that had closed before it: samples have it only some seconds later. */
const failedAnew = ({causes: [{kind, laterFailure}]}) => kind === 'flapping' ? laterFailure : undefined;

/** Whether no call fails of a circuit that is closed again: within the ten seconds of the rates, or since the last sample. */
function isCalm(problem, row, now) {
  const anew = failedAnew(problem);
  return !row.failed && !row.rejected && !(anew && passed(anew.time, now) < RECENT);
}
const RECENT = 10_000;

/** A circuit that has been closed for so long has ended its openings: what fails later is not theirs. */
const ENDED = 60_000;

/** Whether a circuit that opened again and again goes on to do so. */
function goesOn(problem, row, now) {
  const [{closedSince}] = problem.causes;
  return !closedSince || (!isCalm(problem, row, now) && passed(closedSince, now) < ENDED);
}

/** When the last call of its openings was lost: before the circuit closed, or an operator had it forced open. */
const lostUntil = ({causes: [{ended, closedSince}]}) => ended ?? closedSince;

/** What a dependency does wrong, from the exception: answers 503, does not answer in time, fails with IOException. */
function fault(failure, past) {
  const text = failure?.thrown ?? failure?.reason;
  if (!text) return past ? 'calls failed' : 'calls fail';
  const [, type = '', message = text] = /^([\w$]+): ([\s\S]*)$/.exec(text) ?? [], status = /^([45]\d\d)\b/.exec(message)?.[1];
  if (status) return `${past ? 'answered' : 'answers'} ${status}`;
  if (/timeout|timed\s?out/i.test(text)) return past ? 'did not answer in time' : 'does not answer in time';
  if (/^(?:ConnectException|UnknownHostException|NoRouteToHostException)$/.test(type)) return past ? 'could not be reached' : 'cannot be reached';
  return type ? `${past ? 'failed' : 'fails'} with ${type}` : past ? 'calls failed' : 'calls fail';
}

/** A message in the headline is cut, since the headline is read first. */
const SHORT = 40;

const rejectedShare = ({calls, rejected}) => share(rejected, calls) ? `, ${share(rejected, calls)} rejected now` : '';

/**
 * What is wrong, the cause first where that is known, and what that means for calls: flooded, slow, answers 503. How
 * long stands with what lasted so long: a share is that of the last seconds.
 *
 * @param timed whether the text has how long it lasts
 */
export function cause(problem, row, now, timed = false, head = {}) {
  const [worst] = problem.causes, {change, attemptMillis, before = {}} = problem, {kind} = worst, lasts = timed && worst.since ? ` ${lasting(worst, now)}` : '';
  if (explains(problem, row)) {
    const full = kind === 'full' || kind === 'limited' ? `${kind === 'full' ? fullWords(worst) : 'limit exceeded'}${rejectedShare(row)}` : failing(problem, row) ?? worst.text;
    if (change === 'slow') return `slow${lasts}, ${millis(attemptMillis)} instead of ${millis(before.attemptMillis)}; ${full}`;
    if (FILLED.has(kind)) return `flooded${lasts}, ${callRate(arriving(row))} instead of ${rate(before.calls)}; ${full}`;
  }
  switch (kind) {
    case 'forced-open': return `all calls ${lasts ? `have been rejected${lasts}` : 'are rejected'}: forced open by ${worst.by && worst.by !== 'an operator' ? worst.by : UNNAMED}`;
    case 'open': return `${fault(failureOf(problem))}${timed ? failedLong(problem, row, head, now) : ''}, circuit open${lasts}${byHandWords(worst)}${oftenWords(worst, row, now)}`;
    case 'half-open': if (isHalfOpened(worst)) return `half-opened by ${worst.by === 'an operator' ? UNNAMED : worst.by} after it was forced open: trials decide${lasts ? `;${lasts}` : ''}`;
      return `${fault(failureOf(problem), true)}, circuit half-open: trials decide${lasts ? `; not closed${lasts}` : ''}${byHandWords(worst)}${oftenWords(worst, row, now)}`;
    case 'failing': {
      const what = worst.lastFailure || worst.pattern === 'circuit-breaker' ? fault(failureOf(problem)) : worst.text;
      return `${what}${lasts}${unprotected(problem, row, now) ? ', and the circuit has not opened yet' : ''}${failedShare(row)}`;
    }
    case 'exhausted': return `${fault(failureOf(problem))} after all attempts${lasts}${failedShare(row)}`;
    case 'timing-out': return `does not answer in time${lasts}${failedShare(row)}`;
    case 'flapping': {
      // Of many later failures, those that led to the openings are no longer kept.
      const failure = failureOf(problem) ?? (goesOn(problem, row, now) ? failedAnew(problem) : undefined), why = failure ? ` (${shortFailure(failure.thrown ?? failure.reason ?? '', SHORT)})` : '', {opened, closedSince} = worst, at = time => dayClock(time, now);
      const from = beganAt(problem, row, head, now), about = from && from !== Date.parse(spellOf(worst)) ? ABOUT : '', often = `${opened ? `, opened ${opened} times` : ''}${why}`;
      if (goesOn(problem, row, now)) return `on and off${from ? ` since ${about}${at(from)}` : ''}${often}`;
      const anew = failedAnew(problem), text = anew?.thrown ?? anew?.reason;
      const fine = anew ? `${isCalm(problem, row, now) ? `failed again ${span(passed(anew.time, now))} ago` : 'calls fail again'}${text ? ` (${shortFailure(text, SHORT)})` : ''}` : !isCalm(problem, row, now) ? 'calls fail again' : failure?.time ? `no failure for ${span(passed(failure.time, now))}` : `closed again for ${span(passed(closedSince, now))}`;
      return `on and off${from ? ` from ${about}${at(from)} to ${at(lostUntil(problem))}` : ''}${often}; ${fine}`;
    }
    case 'full': case 'limited': return `${readable(worst.text)}${lasts}${rejectedShare(row)}`;
    case 'denied': return `${worst.rate ? `${deniedWords([worst])}${worst.pattern === 'retry' ? ': the budget is used up' : ''}` : worst.text}${lasts ? `,${lasts}` : ''}`;
    default: return `${readable(worst.text)}${lasts}`;
  }
}

/** For how long calls have failed, if they did so well before the circuit opened: it is then not as long as that is open. */
function failedLong(problem, row, head, now) {
  const [worst] = problem.causes, failed = worst.earlier || worst.onAndOffSince ? undefined : failedFrom(problem, row, head, now);
  return failed !== undefined && Date.parse(worst.since) - failed > SAMPLED ? ` ${lasting({since: failed}, now)}` : '';
}

/** What an operator did stays known until the circuit has closed. */
const byHandWords = ({forcedBefore}) => forcedBefore ? `; forced open before by ${forcedBefore.by ?? UNNAMED}` : '';

/** Who had a circuit forced open that is still not closed, from when to when, and why. */
function forcedWords({forcedBefore: {since, by, reason, until, endedBy, endedReason}}, now) {
  const at = time => dayClock(time, now), given = reason ? `, reason: ${reason}` : by === undefined ? '' : ', no reason given';
  return `Forced open before${since ? `, from ${at(since)} to ${at(until)}` : `, until ${at(until)}`}${by === undefined ? '' : `, by ${by ?? UNNAMED}`}${given}${endedBy === undefined ? '' : `; ended by ${endedBy ?? UNNAMED}${endedReason ? `, reason: ${endedReason}` : ''}`}. Calls that were rejected then are not counted here`;
}

/** So many openings are an outage that goes on, however short the latest one is. */
const OFTEN = 3;
const oftenWords = ({onAndOffSince, opened: inSpell}, row, now, opened = onAndOffSince && inSpell ? inSpell : row.opened) => opened >= OFTEN ? `; opened ${opened} times ${onAndOffSince ? `since ${dayClock(onAndOffSince, now)}` : `in the last ${tight('15 min')}`}` : '';

/** A bulkhead that rejects calls is full, or was within the last ten seconds. */
const fullWords = ({text = ''}) => text.startsWith(AT_TIMES) ? AT_TIMES : 'bulkhead full';
const AT_TIMES = 'bulkhead full at times';

/** Durations of ISO 8601 within a text as settings are written. */
export const readable = (text = '') => text.replace(/\bPT[\dHMS.]+/g, duration);

/** Who changed something without a name. */
const UNNAMED = 'an unnamed operator';

const failedShare = ({calls, failed}) => share(failed, calls) ? `; ${share(failed, calls)} fail now` : '';

/** The effect of slow work that makes calls fail. */
const failing = ({causes: [{kind}]}, {calls, failed}) => !FILLED.has(kind) && share(failed, calls) ? `${share(failed, calls)} ${kind === 'timing-out' ? 'time out' : 'fail'} now` : null;

/** What keeps calls out because too much comes, or stays too long. */
const FILLED = new Set(['full', 'limited', 'waiting']);

/** What began before all that is kept: when that was is not known. */
const longWords = (periods, since, now) => `${periods > 1 ? 'on and off ' : ''}for more than ${span(atEdge(passed(since, now)))}`;
/** The edge of the samples moves, until a minute later at most the beginning is one that is kept. */
const atEdge = ms => ms >= KEPT && ms < KEPT + 60_000 ? KEPT : ms;
const wholeMinutes = ms => ms < 60_000 ? ms : Math.floor(ms / 60_000) * 60_000;

/**
 * For how long, or since when with pauses: it is then not for that long that calls are lost. All ages have the same units, so
 * that of two things the one that began first is seen to have done so.
 */
const lasting = ({kind, since, periods, earlier}, now) => !since ? '' : earlier ? longWords(periods, since, now) : periods > 1 ? `on and off since ${aboutOf(kind)}${dayClock(since, now)}` : `for ${span(passed(since, now))}`;

/** Calls a second that are not served: what is repeated is not lost yet; 0 if there is no whole sample of its state. */
export function lostRate({calls, failed = 0, rejected = 0, seconds, cells = {}}) {
  if (seconds === 0) return 0;
  const breaker = cells['circuit-breaker']?.failed ?? 0, others = Object.entries(cells).filter(([key]) => key !== 'circuit-breaker').map(([, cell]) => cell.failed ?? 0);
  const own = breaker && !seconds ? Math.max(0, breaker - (cells.retry?.calls ?? 0), ...others) : failed;
  return calls ? Math.min(calls, own + rejected) : own + rejected;
}

/** How many of the calls a second repeat another one, if these are at least one in ten: a circuit counts each attempt. */
function repeats(row) {
  const {calls = 0} = row, repeated = calls - arriving(row);
  return repeated >= calls / 10 ? repeated : 0;
}

/** Calls a second that callers make, whether they are admitted or not: what a retry repeats is no call of theirs. */
function arriving({calls, seconds, cells = {}}) {
  const retries = cells.retry?.calls, {calls: admittedCalls = 0, rejected = 0} = cells['circuit-breaker'] ?? {};
  if (!retries || seconds || !Number.isFinite(calls) || admittedCalls + rejected < calls - 0.01) return calls;
  const others = ['bulkhead', 'rate-limiter'].filter(key => cells[key]).map(key => (cells[key].calls ?? 0) + (cells[key].rejected ?? 0));
  return Math.max(0, calls - retries, ...others.filter(each => each <= calls));
}

const FATE = {true: 'reach the fallback', false: 'get an error (no fallback)'}, FATE_OF_ONE = {true: 'reaches the fallback', false: 'gets an error (no fallback)'}, PAST_FATE = {true: 'reached the fallback', false: 'got an error (no fallback)'};

/** 3.4 calls/s, 1 call/s. */
const callRate = number => `${rate(number)} call${rate(number) === '1' ? '' : 's'}/s`;

/** The kind of a cause; what is denied are retries, or hedges. */
const kindOf = ({kind, pattern} = {}) => kind === 'denied' && pattern === 'hedge' ? 'denied hedges' : kind;

/** What else a problem means for calls, if none is lost. */
const HARMLESS = {
  flapping: 'no call fails now', 'half-open': 'a few calls pass, as trials', disabled: 'nothing protects these calls', off: 'these calls bypass it',
  denied: 'calls that fail are not repeated', 'denied hedges': 'slow calls have no second attempt', waiting: 'calls take longer', open: 'no call succeeds now', 'forced-open': 'no call succeeds now',
};

/** What a problem means: for whose calls, how many are lost a second, and how many so far. */
export function effect(problem, row, now) {
  const {fallback, lostCalls = 0, lostLater = 0, lostFrom, users = [], moreUsers, causes: [worst]} = problem, {kind, onAndOffSince, lostShare} = worst, since = spellOf(worst), until = lostUntil(problem), texts = [];
  const lost = row.seconds === 0 && PASSES_NONE.has(kind) ? arriving(row) : lostRate(row);
  const callers = users.length ? `callers of ${users.map(shortMethod).join(', ')}${moreUsers ? `, and ${moreUsers} more` : ''}: ` : '';
  const kept = since && lostFrom && (worst.earlier || Date.parse(lostFrom) > Date.parse(since) + 10_000) ? ` in the last ${span(wholeMinutes(passed(lostFrom, now)))}` : '', over = kind === 'flapping' && isCalm(problem, row, now), anew = kind === 'flapping' && !over;
  if (lost > 0) texts.push(`${PASSES_NONE.has(kind) ? 'no call succeeds, ' : ''}${callRate(lost)} ${rate(lost) === '1' ? FATE_OF_ONE[fallback] ?? 'fails or is rejected' : FATE[fallback] ?? 'fail or are rejected'}`);
  else if (anew) texts.push('calls fail again');
  else if (kind === 'flapping' && row.seconds === 0) texts.push('whether calls fail since it closed is not known yet');
  else if (HARMLESS[kindOf(problem.causes[0])]) texts.push(HARMLESS[kindOf(problem.causes[0])]);
  const ofThem = lostShare ? `${until ? ` until ${dayClock(until, now)}` : ''}, ${share(lostShare, 1)} of the calls` : '', later = lostLater ? `; ${counted(lostLater)} since then` : '';
  if (over && lostCalls) texts.push(`${counted(lostCalls)} ${PAST_FATE[fallback] ?? 'failed or were rejected'}${kept}${ofThem}${later}`);
  else if (lostCalls + lostLater) texts.push(`${counted(lostCalls + lostLater)}${kept || (onAndOffSince ? ` since ${dayClock(onAndOffSince, now)}` : ' so far')}`);
  else if (over && lostShare) texts.push(`${share(lostShare, 1)} of the calls ${PAST_FATE[fallback] ?? 'failed or were rejected'}${until ? ` until ${dayClock(until, now)}` : ''}`);
  const text = `${texts.join(over ? '; ' : ', ')}`;
  return text ? initial(`${callers}${text}`) : callers ? initial(callers.slice(0, -2)) : '';
}

/** How a name is now, in a few words: what most calls suffer from. */
export function nowWords(problem, row) {
  const {calls, failed = 0, rejected = 0} = row, kind = kindOf(problem?.causes[0]), part = Math.max(failed, rejected), by = kind === 'forced-open' ? 'by-hand' : 'worst';
  if (part > 0) return [`${share(part, calls) || `${rate(part)}/s`} ${rejected >= failed ? 'rejected' : 'failing'}`, by === 'worst' && calls && part < calls / 10 ? 'worse' : by];
  if (!problem && isSlow(row)) return [SLOWER, 'worse'];
  if (problem) return [BRIEF[kind] ?? title(kind ?? problem.level), PASSES_NONE.has(kind) ? by : 'worse'];
  return calls ? [`${rate(calls)}/s`, ''] : ['–', 'off'];
}
const BRIEF = {flapping: 'on and off', full: 'bulkhead full', limited: 'over the limit', denied: 'retries denied', 'denied hedges': 'hedges denied', waiting: 'calls wait', off: 'switched off', exhausted: 'failing', 'timing-out': 'timing out'};

/** What is wrong where there is room for a line only: the whole sentence is in the head. */
export function briefly(problem, row, now, head) {
  const [{kind}] = problem.causes;
  return kind === 'flapping' ? BRIEF.flapping : kind === 'half-open' ? 'half-open: trials decide' : cause(problem, {...row, opened: undefined}, now, true, head);
}

/** When an open circuit admits the next trial; the first problems have it with their cause, the others in the row only. */
export function trialOf({causes}, {cells = {}}) {
  const {state, mode, nextTrialTime} = cells['circuit-breaker'] ?? {};
  return causes.find(each => each.kind === 'open' && each.nextTrialTime)?.nextTrialTime ?? (state === 'open' && mode !== 'observe' ? nextTrialTime : undefined);
}

/** With a capital. */
export const heading = (problem, row, now, head) => initial(cause(problem, row, now, false, head));

/** As it begins a line. */
export const initial = text => !text ? '' : `${text[0].toUpperCase()}${text.slice(1)}`;

/**
 * How many calls a second a bulkhead lets through, as counted: with those that it rejects, all that arrive. Only as long as it
 * rejects calls or has them wait, and the admitted ones occupy the permits: otherwise that is how many came.
 */
function admitted({attemptMillis}, {cells = {}, calls = 0, rejected = 0}) {
  const {maxConcurrent, waiting} = cells.bulkhead ?? {}, through = Math.max(0, calls - rejected), occupied = through * attemptMillis / 1_000;
  return maxConcurrent && (rejected || waiting) && occupied >= OCCUPIED * maxConcurrent ? `; the ${maxConcurrent === 1 ? 'permit lets' : `${maxConcurrent} permits let`} ${rate(through)}/s through` : '';
}
const OCCUPIED = 0.75;

/**
 * What fills up does so by slow work or many calls; of failures, only a large change counts. A circuit that
 * rejects calls has them come back sooner, which is no cause.
 */
export function explains({change, attemptMillis, before = {}, causes: [{kind}]}, row) {
  if (!(change === 'slow' ? Number.isFinite(attemptMillis) && Number.isFinite(before.attemptMillis) : change === 'flood' && Number.isFinite(arriving(row)) && Number.isFinite(before.calls))) return false;
  if (FILLED.has(kind)) return true;
  if (kind !== 'failing' && kind !== 'timing-out' && kind !== 'exhausted') return false;
  return change === 'flood' ? arriving(row) >= LARGE * before.calls : attemptMillis >= LARGE * before.attemptMillis;
}
const LARGE = 3;

/** What has changed: slow work, or too many calls. */
function changeWords(problem, row, now) {
  const {change, attemptMillis, before = {}, causes: [{since}]} = problem, through = admitted(problem, row);
  const then = since ? ` before ${dayClock(since, now)}` : ' before', usual = before.calls === undefined ? '' : ` (${rate(before.calls)}/s before)`;
  if (change === 'slow') return `Slow: calls take ${millis(attemptMillis)}, ${millis(before.attemptMillis)}${then}${through}${row.calls ? `, ${rate(arriving(row))}/s arrive${usual}` : ''}`;
  if (change === 'flood') return `Many calls: ${rate(arriving(row))}/s arrive, ${times(arriving(row), before.calls)}${rate(before.calls)}/s${then}${through}${attemptMillis === undefined ? '' : `; calls take ${millis(attemptMillis)}${before.attemptMillis === undefined ? '' : ` (${millis(before.attemptMillis)} before)`}${through ? ' once admitted' : ''}`}`;
  return '';
}

/** Of what fails for another reason, that it takes much longer, too. */
const alsoSlow = ({change, attemptMillis, before = {}, causes: [{kind}]}) => change === 'slow' && attemptMillis >= LARGE * before.attemptMillis && !BY_HAND.has(kind) ? `Calls are slow, too: ${insteadOf({attemptMillis, before: before.attemptMillis})}` : '';

/** How many times as much, where that is a number to see at a glance, and no more exact than what it is made of. */
const times = (now, before) => !(before > 0 && now >= 2 * before) ? '' : `${now / before < 9.5 ? Math.round(now / before) : `about ${grouped(Number((now / before).toPrecision(before < 0.95 ? 1 : 2)))}`} times the `;

/** With separators where there are five digits or more to read, and in round numbers. */
const grouped = number => number.toLocaleString('en');
const counted = number => number < 10_000 ? String(number) : grouped(number);

/** Why a bulkhead rejects, as far as its queue shows that. */
function queued({maxWait}, {cells = {}}) {
  const {waiting = 0, maxQueue} = cells.bulkhead ?? {};
  if (maxQueue === undefined) return '';
  if (maxQueue === 0) return 'It has no queue: calls are rejected at once while all permits are in use';
  const places = `${waiting} of ${maxQueue}`;
  const late = maxWait ? `after they waited ${duration(maxWait)}` : '';
  return `${waiting < maxQueue ? `Its queue has room now (${places}): calls are rejected ${late ? `${late}, or ` : ''}while it is full` : `Its queue is full (${places}): calls are rejected at once${late ? `, or ${late}` : ''}`}. Times exclude queueing`;
}

/** How many calls a limit lets through, as far as its text has that. */
function limitWords({text = ''}) {
  const [, limit, period] = /: (\d+) calls per (\S+)$/.exec(text) ?? [], every = {PT1S: 'a second', PT1M: 'a minute', PT1H: 'an hour'};
  return limit ? `The limit lets ${limit} call${limit === '1' ? '' : 's'} ${every[period] ?? `in ${duration(period)}`} through, from all callers together` : '';
}

/** The tokens of a full retry budget, and what a retry takes of it. */
export const FULL_BUDGET = 500, RETRY_COST = 14;

/** What is left of a retry budget: one that covers no retry is used up. */
export const budgetLeft = budget => `${Math.floor(budget)} of ${FULL_BUDGET} tokens are left in the retry budget${budget < RETRY_COST ? ': it is used up' : ''}`;

/** What is left of a retry budget, since when none is, and why so much is none. */
export const budgetWords = (budget, usedUpSince, now) => `${Math.floor(budget)} of ${FULL_BUDGET} tokens${budget < RETRY_COST ? `: used up${usedUpSince ? ` since ${dayClock(usedUpSince, now)}` : ''}, a retry takes ${RETRY_COST}` : ''}`;

/** Since when retries have been denied until now; nothing if they are not. */
export const deniedSince = (retry, sampling) => sampling.sampled ? beginnings({retry}, sampling).find(({letter, lasts}) => letter === 'a' && lasts)?.time : undefined;

/** Why a count is no number: a setting switches it off. Undefined if it counts; empty if there is nothing to count. */
export function notCounted(pattern, metric, value, settings = {}) {
  const of = name => settings[name]?.value;
  if (value) return undefined;
  if (pattern === 'retry' && metric === 'totalSucceeded' && of('countSuccesses') === false) return 'not counted, since countSuccesses is false';
  if (metric.startsWith('totalWould') && settings.mode && of('mode') !== 'observe') return '';
  return metric === 'totalSlow' && settings.slowCallDuration && of('slowCallDuration') === null ? '' : undefined;
}

/** Some retries go on while their budget fills up again. */
const retriesDenied = (denied, made) => `${made ? denied > made ? 'Most retries are' : 'Retries are' : 'All retries are'} denied, their budget is used up: ${rate(denied)}/s denied${made ? `, ${rate(made)}/s made` : ''}; that spares the service`;

const OTHERS = {
  denied: ({pattern, rate: denied, text}, {cells = {}}) => pattern === 'retry' ? retriesDenied(denied, cells.retry?.calls ?? 0) : text ? initial(text) : '',
  exhausted: each => `Retries exhausted: ${rate(each.rate)}/s fail after their last attempt`,
  'timing-out': each => `Timeout: ${rate(each.rate)}/s take too long`,
  full: each => `Rejected: ${readable(each.text)}`,
  failing: each => `Calls fail: ${rate(each.rate)}/s`,
};

/** A closed circuit that lets calls fail for so long does not protect. */
const LONG = 30_000;

/** How far a circuit is that should have opened, and when it would open at the present pace, with what that is made of. */
function unprotected({causes}, row, now) {
  const each = causes.find(({opensAt}) => opensAt);
  if (!each?.since || passed(each.since, now) < LONG) return null;
  const {opensAt, failureThreshold, failureCount = 0} = each, yet = 'The circuit has not opened yet';
  if (failureThreshold === undefined) return [`${yet}: it opens at ${opensAt}`];
  if (/consecutive/.test(opensAt)) return [`${yet}: it opens at ${opensAt}, and each success sets the count to 0 (now ${failureCount})`];
  const failed = row.failed ?? 0, succeeded = Math.max(0, (row.calls ?? 0) - failed - (row.rejected ?? 0)), more = failed - succeeded;
  const left = Math.max(0, failureThreshold - failureCount) / more * 1_000, opens = more <= 0.05 ? 'at this pace it stays closed' : `at this pace it opens ${left < FORESEEN ? `about ${dayClock(toTens(now + left), now)}` : `in more than ${span(wholeHours(left))}`}`;
  return [`${yet}: ${opens}`, `Its failure count is ${failureCount} of ${failureThreshold}: a failure adds 1 (${rate(failed)}/s), a success takes 1 away (${rate(succeeded)}/s)`];
}

/** A count that rises steadily is far above this when the advice has been read and applied; 0 if it sways, or is set to 0. */
function surelyReached({opensAt, failureCount = 0}, {calls = 0, failed = 0, rejected = 0}) {
  const admittedCalls = calls - rejected, rise = 2 * failed - admittedCalls;
  return /consecutive/.test(opensAt) || rise < STEADY * admittedCalls || failureCount < FAR ? 0 : roundBelow(failureCount / 2);
}
/** 1, 2 or 5, and zeros: what a person enters, and what does not change with each answer. */
const roundBelow = number => { const power = 10 ** Math.floor(Math.log10(number)), first = number / power; return (first >= 5 ? 5 : first >= 2 ? 2 : 1) * power; };
const STEADY = 0.2, FAR = 20;

/** A pace is not foreseen to the minute for longer than that. */
const FORESEEN = 10_800_000, wholeHours = ms => Math.floor(ms / 3_600_000) * 3_600_000;

/** To ten seconds, as what is foreseen. */
const toTens = time => Math.round(time / 10_000) * 10_000;

/** The latest change of an operator that explains the state; of an answer that has none, nothing. */
const changeOf = ({name, causes: [{kind, pattern}]}, changes = []) => {
  const action = {'forced-open': 'force-open', disabled: 'disable'}[kind];
  return action && changes.find(change => change.name === name && change.pattern === pattern && change.action === action);
};

/** So much less time than before is worth a word, as so much more is. */
const FASTER = 1.5;
/** Whether something takes so much longer than before that it is slow; not if that is not known. */
export const isSlower = (millis, before) => Number.isFinite(before) && millis >= FASTER * before;

/** Names that are slower as well, or through which the slow calls go: those are cleared if they are as fast as before without these. */
function company(problem, row, names = [], now) {
  return neighboursOf(problem, row, names).sort(firstSlow).flatMap(({name, cells, leftOut, slower: {since, attemptMillis, before, by, without, through = []}}) => {
    if (!by) return [`${name} is slower too${since ? ` since ${ABOUT}${dayClock(since, now)}` : ''}: ${insteadOf({attemptMillis, before})}`];
    const around = Object.keys(cells ?? {}).filter(key => !through.includes(key) && key !== 'fallback');
    const left = leftOut?.length ? '; its row is without these calls' : '';
    const cleared = without && without.before === undefined ? `${name} takes ${millis(without.attemptMillis)} for its other calls` : without ? `${name} is ${without.before >= FASTER * without.attemptMillis ? 'faster' : 'no slower'} than before for its other calls: ${millis(without.attemptMillis)} (${millis(without.before)} before)${left}` : `These are the only calls of ${name} now`;
    return [cleared, through.length && around.length ? `The ${around.map(title).join(' and the ')} of ${name} ${around.length > 1 ? 'do' : 'does'} not limit these calls` : ''].filter(Boolean);
  });
}

/** The names that a problem of slow work has slowed, or that have its methods in common with it. */
function neighboursOf(problem, row, names) {
  const {name, change, users = []} = problem, methods = new Set(users.map(shortMethod));
  return change === 'slow' && explains(problem, row) ? names.filter(({name: other, slower}) => slower && other !== name && (!slower.by || slower.by.some(method => methods.has(method)))) : [];
}

/** How calls went just before an operator had them rejected: whether any failed then, and whether the circuit was open by itself. */
function beforeIt({beforeEntry, causes: [{since, lastFailure}]}, now) {
  if (!beforeEntry?.seconds || !since) return [];
  const {seconds, calls, failed, knownSeconds = seconds, openSince, openUntil, reason} = beforeEntry, at = time => dayClock(time, now), gap = lastFailure ? Date.parse(since) - Date.parse(lastFailure.time) : NaN;
  const went = failed && calls ? `In the ${span(seconds * 1_000)} before it, ${share(failed, calls)} of the calls that were let through failed`
    : !calls ? `In the ${span(seconds * 1_000)} before it, no call was let through${gap >= 0 ? `; the last one that failed was ${span(gap)} before it` : ''}`
      : gap >= 0 ? `No call failed for ${span(gap)} before it` : `No call failed in the ${span(knownSeconds * 1_000)} that are known before it`;
  const open = !openSince ? '' : openUntil ? `; the circuit was open by itself until ${at(openUntil)}` : `; the circuit was open by itself then, since ${at(openSince)}`, text = lastFailure?.thrown ?? lastFailure?.reason;
  return [{text: `${went}${open}${open && reason ? `, because ${reason}` : ''}`, bold: true}, ...gap >= 0 && gap < 900_000 && text ? [{text: `Failed last at ${at(lastFailure.time)}: ${shortFailure(text)}`, full: text}] : []];
}

/** Of a change without its former state, the reason is left out as well. */
const reasonWords = ({reason, before}) => reason ? `, reason: ${reason}` : before ? ', no reason given' : '';

/** So long before a problem begins, a change of its name may have led to it; and so much later a sample may have its beginning. */
const JUST_CHANGED = 300_000, SAMPLED = 10_000;
const SETTINGS = ['settings', 'switch-off', 'switch-on'];

/** The changes of settings of the very name that came just before its problem and are in force, the latest first, each with what of it is. */
function suspects(problem, row, head, now, changes = []) {
  const {name, causes: [{kind}]} = problem, began = beganAt(problem, row, head, now);
  if (BY_HAND.has(kind) || began === undefined) return [];
  return changes.flatMap(change => {
    const {action, time, ended, before, after = {}, replaced = {}} = change, earlier = began - Date.parse(time);
    const settings = Object.keys(after).filter(key => !(key in replaced) && (before?.[key] ?? null) !== after[key]);
    return change.name === name && SETTINGS.includes(action) && !ended && earlier <= JUST_CHANGED && earlier >= -SAMPLED && settings.length ? [{...change, settings, earlier}] : [];
  });
}
/** The operator's entry is the problem itself. */
const BY_HAND = new Set(['forced-open', 'disabled', 'off']);

const only = (values, keys) => values && Object.fromEntries(keys.map(key => [key, values[key]]));

/** Who changed what just before, and why: it is the first thing to look at. */
const suspectWords = ({principal, pattern, time, scope, reason, before, after, settings, earlier}, now) =>
  `${initial(principal ?? UNNAMED)} changed the ${title(pattern)}${scope === 'fleet' ? ' on all nodes' : ''} ${earlier >= 1_000 ? `${span(earlier)} before it began` : 'as it began'}, at ${dayClock(time, now)}: ${changedWords(only(before, settings), only(after, settings))}${reason ? `; reason: ${reason}` : before ? '; no reason given' : ''}`;

/** How such a change is undone, with the word that leads to where that is done. */
const undoWords = ({action, pattern, before, settings, principal}) => `If the change by ${principal ?? UNNAMED} may have led to it, ${action !== 'settings' ? `switch the ${title(pattern)} ${action === 'switch-off' ? 'on' : 'off'} again under Actions of this name`
  : before ? `set ${settings.map(key => `${key} back to ${plain(before[key])}`).join(', and ')} in the settings` : `undo it: set ${settings.join(' and ')} in the settings`}.`;

/** Why, a line for each cause, with the evidence there is. */
export function because(problem, row, now, {changes, names, head = {}} = {}) {
  const [worst, ...others] = problem.causes, lines = [], changed = explains(problem, row) ? changeWords(problem, row, now) : '';
  const failure = failureOf(problem), protects = unprotected(problem, row, now), at = time => dayClock(time, now);
  const say = (text, more) => { if (text) lines.push({text, ...more}); };
  const filled = FILLED.has(worst.kind);
  for (const suspect of suspects(problem, row, head, now, changes)) say(suspectWords(suspect, now), {bold: true});
  if (filled) {
    say(changed);
    if (worst.kind === 'full') say(queued(worst, row));
    if (worst.kind === 'limited') say(limitWords(worst));
    for (const text of company(problem, row, names, now)) say(text);
  }
  if ((worst.kind === 'open' || worst.kind === 'half-open') && worst.reason) say(`Opened because ${worst.reason}${row.opened > 1 ? `; that is opening ${row.opened} in the last ${tight('15 min')}` : ''}`);
  if (worst.kind === 'flapping' && worst.since && worst.opened) say(`Opened ${worst.opened} times${worst.lastOpened ? `, from ${at(worst.since)} to ${at(worst.lastOpened)}` : ` since ${at(worst.since)}`}${worst.reason ? `, the last time because ${worst.reason}` : ''}`);
  if (failure && worst.kind !== 'forced-open' && (failure.thrown || failure.reason)) {
    const text = failure.thrown ?? failure.reason, later = worst.kind === 'open' ? Date.parse(failure.time) - Date.parse(worst.lastOpened ?? '') : NaN;
    say(`${later > AT_ONCE ? `A call that was under way as it opened failed at ${at(failure.time)}` : later >= -AT_ONCE && hadTrials(worst) ? `A trial failed at ${at(failure.time)}` : worst.kind === 'flapping' ? `${failedAnew(problem) ? 'Last failure of these openings' : 'Last failure'} ${at(failure.time)}` : `Failed last at ${at(failure.time)}`}: ${shortFailure(text)}`, {full: text});
  }
  if (worst.kind === 'flapping') {
    const {closedSince, until, flappingFrom} = worst, anew = failedAnew(problem), text = anew?.thrown ?? anew?.reason;
    if (text) say(`Failed again at ${at(anew.time)}, after it had closed: ${shortFailure(text)}`, {full: text});
    if (worst.ended && closedSince) say(`An operator had it forced open after ${at(worst.ended)}: calls that were rejected then are not counted here`);
    if (closedSince && passed(closedSince, now) < SURE) say('It may come back: calls passed between the openings, too');
    if (until) say(`This warning goes away at ${at(until)} if the circuit stays closed${flappingFrom ? `: fewer than ${flappingFrom} openings are then in the last ${tight('15 minutes')}` : ''}`);
  }
  if (worst.kind === 'forced-open' || worst.kind === 'disabled') {
    const change = changeOf(problem, changes), who = change ? change.principal : worst.by === 'an operator' ? null : worst.by;
    const done = title(change?.action ?? (worst.kind === 'disabled' ? 'disable' : 'force-open'));
    say(`Operator’s entry: ${done}${change ? `, on ${change.scope === 'fleet' ? 'all nodes' : 'this process only'}` : ''}, by ${who ?? UNNAMED}${change ? reasonWords(change) : ''}`);
    say('It stays so until it is half-opened or reset');
    if (worst.kind === 'forced-open') for (const {text, ...more} of beforeIt(problem, now)) say(text, more);
  }
  if (worst.forcedBefore) say(forcedWords(worst, now));
  if (protects) protects.forEach((text, index) => say(text, {bold: !index}));
  else if (worst.opensAt) say(`The circuit is still closed: it opens at ${worst.opensAt}`);
  for (const each of others) if (each.kind !== 'failing' || worst.kind !== 'flapping') say(OTHERS[each.kind]?.(each, row) ?? `${title(each.pattern)}: ${each.kind === 'flapping' ? cause({causes: [each]}, row, now) : readable(each.text)}`);
  if (!filled) {
    say(changed || alsoSlow(problem));
    for (const text of company(problem, row, names, now)) say(text);
  }
  return lines;
}

/** A circuit that opened again and again may do so for some minutes. */
const SURE = 300_000;

/** A failure that opens a circuit has the time of that. */
const AT_ONCE = 500;
/** Whether trials of an open circuit have failed: it has opened again since then. Calls that were under way as it opened may fail later, too. */
const hadTrials = ({since, lastOpened}) => Boolean(lastOpened) && Date.parse(lastOpened) > Date.parse(since) + AT_ONCE;

/** While these last, no call succeeds. */
const PASSES_NONE = new Set(['open', 'forced-open']);

/** Of what time the figures of a name are: those of a circuit have whole samples since it opened, or closed again. */
export const period = ({seconds, cells = {}}, problem) => seconds ? `the ${tight(`${seconds} s`)} sampled since it ${cells['circuit-breaker']?.state === 'closed' ? 'closed' : problem && isHalfOpened(problem.causes[0]) ? 'was half-opened' : 'opened'}` : `the last ${tight('10 s')}`;

/** How many calls come, where the causes do not have that already; and of what time all rates and shares of the card are. */
export function figures(problem, row, now, head) {
  const began = beganAt(problem, row, head, now);
  const {before = {}, causes: [worst]} = problem, of = period(row, problem), {calls, failed, rejected} = row;
  if (!calls) return worst.rate ? `${rate(worst.rate)} a second in ${of}` : `No calls in ${of}`;
  if (explains(problem, row)) return `Rates and shares: of ${of}`;
  const earlier = before.calls !== undefined && worst.since && worst.kind !== 'flapping' && !worst.onAndOffSince ? ` (${rate(before.calls)}/s before ${dayClock(began ?? worst.since, now)})` : '';
  const trials = worst.kind === 'open' && failed && rejected ? `: ${share(rejected, calls)} rejected, ${share(failed, calls)} failed${hadTrials(worst) ? ' as trials' : worst.lastOpened ? ', which were under way as it opened' : ''}` : '', text = `${callRate(calls)}${repeats(row) ? `, ${rate(repeats(row))} of them retries` : ''}`;
  return PASSES_NONE.has(worst.kind) || worst.kind === 'flapping' ? `${text} in ${of}${trials}${earlier}` : `${text}${earlier}; rates and shares: of ${of}`;
}

/** What may help, where that is known, the first thing first. */
export function advice(problem, row, now, {names, changes, head = {}} = {}) {
  const [suspect] = suspects(problem, row, head, now, changes), undone = suspect?.action === 'settings' ? suspect.settings.map(setting => `${suspect.pattern}.${setting}`) : [];
  return [...suspect ? [undoWords(suspect)] : [], ...ownAdvice(problem, row, now, names, new Set(undone))];
}

/**
 * What may help, whatever operators have changed.
 *
 * @param undone the fields that are set back: there is no other advice for them
 */
function ownAdvice(problem, row, now, names, undone) {
  const {change, causes, causes: [worst], users = []} = problem, lines = [], method = users.length === 1 ? shortMethod(users[0]) : undefined;
  const service = method ? `the service that ${method} calls` : 'the service behind it', {calls = 0, failed = 0, rejected = 0} = row;
  const permits = !['maxConcurrent', 'maxQueue', 'maxWait'].some(setting => undone.has(`bulkhead.${setting}`));
  const through = neighboursOf(problem, row, names ?? []).filter(({slower}) => slower.by).map(({name}) => name);
  switch (worst.kind) {
    case 'open': lines.push(`Look at ${service}. Wait: the circuit tries again by itself.`); break;
    case 'half-open': lines.push(`Wait: the trials close the circuit, or open it again.${isHalfOpened(worst) ? '' : ` Look at ${service} meanwhile.`}`); break;
    case 'flapping': lines.push(`Look at ${service}: it may fail again. The circuit needs no action.`); break;
    case 'failing': lines.push(change === 'slow' && explains(problem, row) ? `Find what has become slow: look at ${service}.` : `Look at ${service}${calls - failed - rejected > calls / 20 ? ': some calls succeed, so perhaps only some of its instances are down' : ''}.`); break;
    case 'forced-open':
      lines.push(worst.by && worst.by !== 'an operator' ? `Ask ${worst.by} whether the reason is gone.` : 'Ask your colleagues who forced it open, and why.');
      lines.push('If the reason is gone, half-open is the safe way back: a few calls go through as trials, which close the circuit, or open it until it tries again by itself. Reset lets all through at once.');
      break;
    case 'full':
      if (change === 'slow') lines.push(`Look at what ${method ?? 'these calls'} ${method ? 'does' : 'do'}: its queries or requests, locks, amount of data.${permits ? ` More permits would not make them faster, and would load ${through.join(' and ') || 'what is slow'} more.` : ''}`);
      else if (change === 'flood') lines.push(callersOf(method), `Limit them at that caller${permits ? ': more permits would let the flood through' : ''}.`);
      else lines.push('Find what is slow, or who calls so often.');
      break;
    case 'limited':
      lines.push(callersOf(method));
      if (worst.pattern === 'rate-limiter') lines.push(`Limit them at that caller.${['limit', 'period'].some(setting => undone.has(`rate-limiter.${setting}`)) ? '' : ' Raise limit in the settings only if the owner of what is called allows more: most limits are theirs.'}`);
      break;
    case 'timing-out': lines.push(`Find what has become slow: look at ${service}.`); break;
    case 'disabled': case 'off': lines.push('Nothing protects these calls.'); break;
    default:
  }
  const each = causes.find(({opensAt}) => opensAt);
  if (unprotected(problem, row, now) && !undone.has(thresholdOf(each))) {
    const {failureThreshold} = each, enough = surelyReached(each, row);
    const lower = enough ? ` to ${enough}: its count is far above that, so that it opens with the next failure` : '';
    lines.push(failureThreshold === undefined ? 'Check failureRateThreshold in the settings: the circuit waits for it.' : `If the service needs rest, lower failureThreshold (now ${failureThreshold}) in the settings${lower ? `${lower}, and tries again by itself` : ': the circuit then opens sooner'}. Calls that would succeed are rejected, too. Force open lasts until an operator ends it.`);
  }
  return lines;
}

/** The field that decides when a circuit opens. */
const thresholdOf = ({pattern, failureThreshold}) => `${pattern}.${failureThreshold === undefined ? 'failureRateThreshold' : 'failureThreshold'}`;

/** The first thing to do about too many calls. */
const callersOf = method => `Find who calls ${method ?? 'it'} so often. Callers are not recorded here: look in the access log for the requests that lead to ${method ? 'this method' : 'it'}.`;

/** The setting that the advice names first, by the name of its field, or the tab; null if it names none. */
export function adviceField(problem, row, now, {changes, head = {}} = {}) {
  const {causes, causes: [worst]} = problem, [suspect] = suspects(problem, row, head, now, changes);
  if (suspect) return suspect.action === 'settings' ? {pattern: suspect.pattern, setting: suspect.settings[0]} : {tab: 'actions', word: 'Actions'};
  if (unprotected({causes}, row, now)) {
    const [pattern, setting] = thresholdOf(causes.find(({opensAt}) => opensAt)).split('.');
    return {pattern, setting};
  }
  return worst.kind === 'limited' && worst.pattern === 'rate-limiter' ? {pattern: worst.pattern, setting: 'limit'} : null;
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
  'denied hedges': n => `hedges denied for ${n}`,
  waiting: n => `calls wait for ${n}`,
  disabled: n => n === 1 ? '1 circuit disabled' : `${n} circuits disabled`,
  off: n => `${n} switched off`,
};

/** What was wrong within a lane, the worst of it, and whether an operator had the circuit forced open; its other states are then the operator's, too, unless it was open by itself for more than a sample. */
function harmsOf(pieces) {
  const letters = pieces.map(([letter]) => letter), forced = letters.includes('f'), open = pieces.some(([letter, count]) => letter === 'o' && count > 1);
  const own = letters.includes('w') || open || !forced && letters.some(letter => 'ho'.includes(letter)) ? 'failed' : letters.includes('r') ? 'rejected calls' : letters.includes('a') ? 'had a warning' : letters.includes('s') ? 'slower' : '';
  return [own, forced && 'forced'].filter(Boolean);
}

/** How many of some names were no better than a problem earlier, within their lanes: failed, rejected calls, or were forced open. */
function earlier(rows) {
  const harms = rows.flatMap(({lane}) => harmsOf(runs(lane))), texts = ['failed', 'rejected calls', 'had a warning', 'slower', 'forced'].flatMap(harm => {
    const number = harms.filter(each => each === harm).length;
    return number ? [`${number} ${harm === 'forced' || harm === 'slower' ? `${number === 1 ? 'was' : 'were'} ${harm === 'forced' ? 'forced open' : harm}` : harm}`] : [];
  });
  return texts.length ? ` (${texts.join(', ')} earlier)` : '';
}

/** How many names of which nothing is known: 2 are not measured. */
const unmeasuredWords = number => number ? `; ${number === 1 ? '1 is' : `${number} are`} not measured` : '';

/** The one that became slow first may be why the others are: it comes before those of which that is not known. */
const firstSlow = ({slower: one}, {slower: other}) => Date.parse(one.since ?? '9999') - Date.parse(other.since ?? '9999');

/**
 * Names that are slower than before: the slowest one with its times. Beside a problem that is slow as well, the one that became
 * so first, with its age.
 *
 * @param too whether a problem is slow as well
 */
function slowerWords(slow, too, now) {
  const longer = ({slower: {attemptMillis, before}}) => attemptMillis - before;
  if (too) {
    const [first, next] = [...slow].sort(firstSlow), aged = ({name, slower: {since}}) => `${name}${since ? ` ${lasting({since}, now)}` : ''}`;
    if (!next) return `${first.name} is slower too${first.slower.since ? `, ${lasting(first.slower, now)}` : ''}`;
    return slow.length > 2 ? `${slow.length} others are slower too (${aged(first)}, ${aged(next)}, …)` : `${aged(first)} and ${aged(next)} are slower too`;
  }
  const [{name, slower: {since, ...times}}, next] = [...slow].sort((one, other) => longer(other) - longer(one)), lasts = lasting({since}, now);
  if (!next) return `${name} is slower than before${lasts ? ` ${lasts}` : ''}, ${insteadOf(times)}`;
  const first = `${name} (${[insteadOf(times), lasts].filter(Boolean).join(', ')})`;
  return slow.length === 2 ? `${first} and ${next.name} are slower than before` : `${slow.length} are slower than before: ${first}, ${next.name}, …`;
}

const insteadOf = ({attemptMillis, before}) => `${millis(attemptMillis)} instead of ${millis(before)}`;

/** How slow a name is that serves its calls, and since when. */
export const slowWords = ({slower: {since, ...times}}, now) => `slower than before${since ? ` since ${ABOUT}${dayClock(since, now)}, ${lasting({since}, now)}` : ''}, ${insteadOf(times)}`;

/** Without a problem: what is slower, what is healthy, and of what that is not known. */
function healthyWords({head, names}, now) {
  const slow = names.filter(isSlow);
  if (slow.length) return neighbours({head, problems: [], names}, now);
  if (!head.names) return 'No instances yet';
  const silent = names.filter(quiet), idle = head.withoutCalls ?? silent.length, blind = head.notMeasured ?? names.filter(unmeasured).length, fine = names.filter(isKnown), number = head.names - idle - blind, past = earlier(fine), rest = earlier(silent);
  if (!number && !idle) return blind === 1 ? 'The only name is not measured' : `None of ${blind} names is measured`;
  if (!number) return `${idle > 1 ? `None of ${idle} names has calls` : blind ? '1 name has no calls' : 'The only name has no calls'} now${rest}${unmeasuredWords(blind)}`;
  const all = idle || blind ? `${number === 1 ? 'The only name with calls is' : `All ${number} names with calls are`} healthy` : number === 1 ? 'The only name is healthy' : `All ${number} names are healthy`;
  return `${all}${past ? ` now${past}` : ''}${idle ? `; ${idle === 1 ? '1 has' : `${idle} have`} none now${rest}` : ''}${unmeasuredWords(blind)}`;
}

/** The names that are slower beside problems, in words; nothing if none is. */
function slowBeside({problems, names}, now) {
  const bad = new Set(problems.map(({name}) => name)), slow = names.filter(row => !bad.has(row.name) && isSlow(row));
  const too = problems.some(problem => problem.change === 'slow' && explains(problem, names.find(({name}) => name === problem.name) ?? {}));
  return slow.length ? slowerWords(slow, too, now) : '';
}

/** How names are that are no problems: slower too, fine, or without calls. Their cards have the rest. */
function neighbours({head, problems, names}, now) {
  const bad = new Set(problems.map(({name}) => name)), others = names.filter(({name}) => !bad.has(name)), slow = others.filter(isSlow);
  const silent = others.filter(quiet), fine = others.filter(row => !slow.includes(row) && isKnown(row)), past = earlier(fine), texts = [];
  const idle = head.withoutCalls ?? silent.length, blind = head.notMeasured ?? others.filter(unmeasured).length, absent = head.names - problems.length - others.length - (idle - silent.length) - (blind - others.filter(unmeasured).length);
  if (slow.length) texts.push(slowBeside({problems, names}, now));
  if (fine.length) texts.push(`${fine.length === 1 ? '1 other is healthy' : `${fine.length} others are healthy`}${past ? ` now${past}` : ''}`);
  if (idle) texts.push(`${idle === 1 ? `${silent[0]?.name ?? '1'} has no calls` : `${idle} have no calls`}${earlier(silent)}`);
  if (blind) texts.push(unmeasuredWords(blind).slice(2));
  if (absent > 0) texts.push(`${absent} ${absent === 1 ? 'is' : 'are'} not shown`);
  return texts.join('; ');
}

/**
 * Problems, the worst first, but those that lose about as many calls in the order in which they were before: what stands under
 * the pointer does not become another one.
 */
export function steady(problems, before = []) {
  const place = new Map(before.map(({name}, index) => [name, index])), order = [...problems];
  const stays = (one, other) => one.level === other.level && place.get(other.name) < place.get(one.name) && !((one.lost ?? 0) >= MUCH_MORE * (other.lost ?? 0) && one.lost);
  for (let last = order.length - 1, moved = true; moved && last > 0; last--) {
    moved = false;
    for (let at = 0; at < last; at++) if (stays(order[at], order[at + 1])) { [order[at], order[at + 1]] = [order[at + 1], order[at]]; moved = true; }
  }
  return order;
}
const MUCH_MORE = 1.5;

/** How many problems the sentence spells out; it counts the others. */
export const SPELLED = 2;

/** 3 retries denied a second. */
function deniedWords(denied) {
  const retries = denied.filter(({pattern}) => pattern === 'retry').length;
  return `${rate(denied.reduce((sum, each) => sum + each.rate, 0))} ${retries === denied.length ? 'retries' : retries ? 'retries and hedges' : 'hedges'} denied a second`;
}

/** What is denied, of all names but those of which it is spelled out. */
const deniedOf = problems => problems.flatMap(({name, causes}, index) => causes
  .filter(({kind, rate: denied}, at) => kind === 'denied' && denied && (index >= SPELLED || at > 0)).map(each => ({...each, name})));

const worstOf = problems => ['rejecting', 'failing', 'forced', 'warning'].find(each => problems.some(({level}) => level === each));

/** One sentence on how things are, one on other names, what of these is slower, and the level. */
export function headline(body, now) {
  const rows = new Map(body.names.map(row => [row.name, row])), kinds = new Map(), first = body.problems.slice(0, SPELLED);
  for (const {name, level, causes: [worst]} of body.problems.slice(SPELLED)) {
    const kind = kindOf(worst);
    if (worst.kind === 'denied' && worst.rate) continue;
    if (!kinds.has(kind)) kinds.set(kind, []);
    kinds.get(kind).push({name, worst, level});
  }
  // Green is what is known to be well.
  if (!first.length) return {level: body.names.some(isSlow) ? SLOWER : body.names.some(isKnown) ? 'healthy' : NO_CALLS, text: healthyWords(body, now)};
  const texts = first.map(problem => `${problem.name}: ${cause(problem, rows.get(problem.name) ?? {}, now, true, body.head)}`), levels = first.map(({level}) => level);
  for (const [kind, names] of kinds) {
    const who = names.slice(0, 2).map(({name, worst}) => [name, lasting(worst, now)].filter(Boolean).join(' ')).join(', ');
    levels[texts.length] = worstOf(names);
    texts.push(`${(PLURALS[kind] ?? (n => `${n} ${kind}`))(names.length)} (${who}${names.length > 2 ? ', …' : ''})`);
  }
  const denied = deniedOf(body.problems);
  // The sentence begins with its name.
  if (denied.length && body.problems.length === 1) texts.push(deniedWords(denied));
  else if (denied.length) levels[texts.length] = 'warning';
  if (denied.length && body.problems.length > 1) texts.push(`${deniedWords(denied)} (${denied.slice(0, 2).map(({name}) => name).join(', ')}${denied.length > 2 ? ', …' : ''})`);
  const level = worstOf(body.problems);
  // What is only a warning is not read as the worst is, nor is what is only counted.
  const parts = texts.map((text, index) => ({text, level: levels[index] ?? level}));
  return {level, text: texts.join('; '), parts, others: neighbours(body, now), slower: slowBeside(body, now)};
}
