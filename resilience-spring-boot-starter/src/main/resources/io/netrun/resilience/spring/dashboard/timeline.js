// One axis for lanes, events and rates, with numbers. Drawn as SVG, so that it needs no library and no inline style.

import {HEIGHTS, SHORTEST, element, svg} from './element.js';
import {clock, dayClock, drawn, eventWords, letterWord, millis, rate, runs, served, ticks, title} from './words.js';

const LEFT = 44, RIGHT = 8, LANE = 16, CHART = 120, GAP = 26;
/** A trial is short; so wide it is seen. */
const THIN = 3;
const SIGNS = {open: '■', 'half-open': '◧', closed: '●', 'forced-open': '◆', disabled: '○'};
const SHORT = {'circuit-breaker': 'breaker', 'rate-limiter': 'limiter'};
/** The parts of all calls that come, from the bottom: their top is the rate of the table. */
const PARTS = ['succeeded', 'failed', 'rejected'];
/** What is no part of the calls, each with a dash of its own. */
const LINES = {
  retry: {calls: ['retries', 'retries'], rejected: ['denied', 'retries denied']}, hedge: {calls: ['hedges', 'hedges'], rejected: ['denied', 'hedges denied']}, fallback: {calls: ['fallbacks', 'fallbacks']},
};
const DRY = ['would', 'would reject'];
/** How many run and wait, and how long one waited, each with its own scale. */
const OTHERS = [[['running', 'running'], ['waiting', 'waiting']], [['longestWait', 'longest wait']]];

/** What is no rate: how it is at the latest sample. */
const GAUGES = new Set(['running', 'waiting', 'longestWait']);

/** A round number that is at least as large. */
function ceiling(value) {
  if (value <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 3, 5, 10].map(factor => factor * power).find(each => each >= value);
}

/**
 * The chart and the events of a name.
 *
 * @param seconds of what time the rates of the table are, unless these are ten
 */
export function timeline({patterns, sampled, sampleSeconds}, seconds = 10) {
  const box = element('div'), narrow = innerWidth < 700, WIDTH = narrow ? 350 : 560;
  const size = 180, filled = values => Array.from({length: size}, (_, index) => values[index] ?? 0);
  const followed = Object.entries(patterns).filter(([, each]) => each.samples).map(([key, each]) => [key, {...each, samples: Object.fromEntries(Object.entries(each.samples).map(([name, values]) => [name, filled(values)]))}]);
  if (!sampled || !followed.length) {
    box.append(element('p', 'No samples yet: the first comes within ten seconds. Only the busiest instances of a family are followed.'));
    return box;
  }
  const end = Date.parse(sampled), each = sampleSeconds * 1_000, letters = followed.map(([, {lane}]) => lettersOf(lane));
  const known = index => letters.some(lane => (lane[index] ?? '-') !== '-'), all = Array.from({length: size}, (_, index) => index);
  // As on the card: what is before the first sample is left out, but for the last two minutes.
  const first = all.find(known) ?? size, left = Math.max(0, Math.min(size - SHORTEST, first)), shown = size - left, from = end - shown * each;
  const x = time => LEFT + (WIDTH - LEFT - RIGHT) * (time - from) / (end - from), edge = index => x(from + (index - left) * each), atSample = index => edge(index + 0.5);
  let y = 4;
  const chart = svg('svg', {class: 'chart', tabindex: 0, role: 'img'}), hatch = svg('pattern', {id: 'hatch', width: 5, height: 5, patternUnits: 'userSpaceOnUse', patternTransform: 'rotate(45)'});
  // Failed and rejected calls differ by more than their colours.
  hatch.append(svg('rect', {class: 'hatch-ground', width: 5, height: 5}), svg('rect', {class: 'hatch-line', width: 2.5, height: 5}));
  const defs = svg('defs');
  defs.append(hatch);
  chart.append(defs);
  for (const [key, {lane, states}] of followed) {
    chart.append(svg('text', {x: 0, y: y + 10}, SHORT[key] ?? title(key)));
    const trials = [];
    let index = 0;
    for (const [letter, count] of drawn({lane, states}, {sampled, sampleSeconds})) {
      const [top, height] = HEIGHTS[letter] ?? [0, 0], begin = edge(Math.max(left, index)), width = edge(index + count) - begin, thin = letter === 'h' && width < THIN;
      if (height && width > 0) chart.append(svg('rect', {class: letter === '-' ? 'lane-none' : `lane-${letter}`, x: begin, y: y + top, width, height}));
      if (height && width > 0 && thin) trials.push(svg('rect', {class: 'lane-h', x: begin + (width - THIN) / 2, y: y + top, width: THIN, height}));
      index += count;
    }
    chart.append(...trials);
    y += LANE;
  }
  const events = eventsOf(patterns).filter(({time}) => time >= from && time <= end + 5_000);
  for (const {time, sign, state} of events) chart.append(svg('text', {class: `event-mark ${state}`, x: x(Math.min(time, end)), y: y + 9, 'text-anchor': 'middle'}, sign));
  if (events.length) { chart.append(svg('text', {x: 0, y: y + 9}, 'events')); y += 12; }
  y += 6;
  const plot = y, gaps = runsOf(all.slice(left), index => !known(index)), whole = served(Object.fromEntries(followed), size), scales = [];
  const perSecond = values => values.map(value => value / sampleSeconds);
  const lines = followed.flatMap(([key, {samples}]) => [
    ...Object.entries(LINES[key] ?? {}).map(([name, [look, label]]) => ({look, label, values: samples[name]})), {look: DRY[0], label: `${title(key)} ${DRY[1]}`, values: samples.wouldReject},
    ...whole ? [] : [{look: 'failures', label: `${title(key)} failures`, values: samples.failed}],
  ]).filter(({values}) => values).map(line => ({...line, values: perSecond(line.values), text: value => `${rate(value) || '0'}/s`}));
  if (whole || lines.length) scales.push({height: CHART, parts: whole && PARTS.map(name => ({look: name, values: perSecond(whole[name])})), lines, text: value => `${rate(value)}/s`});
  for (const names of OTHERS) {
    const found = followed.flatMap(([key, {samples}]) => names.filter(([name]) => samples[name]).map(([name, label]) => ({
      look: name, label: `${followed.filter(([, other]) => other.samples[name]).length > 1 ? `${title(key)} ` : ''}${label}`, values: samples[name], text: name === 'longestWait' ? value => millis(value) : value => String(value),
    })));
    if (found.length) scales.push({height: CHART / 2, lines: found, text: found[0].text});
  }
  const runsKnown = runsOf(all.slice(left), known);
  for (const {height, parts, lines, text} of scales) {
    const sums = index => parts ? parts.reduce((sum, {values}) => sum + values[index], 0) : 0;
    const top = ceiling(Math.max(...all.slice(left).map(index => Math.max(sums(index), ...lines.map(({values}) => values[index])))));
    const base = y, at = value => base + height * (1 - value / top), point = (index, value) => `${atSample(index).toFixed(1)},${at(value).toFixed(1)}`;
    for (const gap of gaps) chart.append(svg('rect', {class: 'no-data', x: edge(gap[0]), y, width: edge(gap.at(-1) + 1) - edge(gap[0]), height}));
    for (const part of height === CHART ? [0, 0.5, 1] : [0, 1]) {
      chart.append(svg('line', {class: 'grid', x1: LEFT, x2: WIDTH - RIGHT, y1: at(part * top), y2: at(part * top)}), svg('text', {x: LEFT - 4, y: at(part * top) + 3, 'text-anchor': 'end'}, part === 0 ? '0' : text(top * part)));
    }
    // A sample that is not there is no zero: all begins with the first, and stops at a gap.
    for (const run of runsKnown) {
      (parts ?? []).forEach(({look}, part) => {
        const under = (index, upTo) => parts.slice(0, upTo).reduce((sum, {values}) => sum + values[index], 0);
        if (!run.some(index => parts[part].values[index])) return;
        chart.append(svg('polygon', {class: `part ${look}`, ...look === 'failed' && {fill: 'url(#hatch)'}, points: [...run.map(index => point(index, under(index, part + 1))), ...[...run].reverse().map(index => point(index, under(index, part)))].join(' ')}));
      });
      if (parts) chart.append(svg('polyline', {class: 'calls', points: run.map(index => point(index, sums(index))).join(' ')}));
    }
    // What is 0 all the time has no line.
    for (const {look, values} of lines) {
      for (const run of runsOf(all.slice(left), index => known(index) && [index - 1, index, index + 1].some(each => values[each]))) chart.append(svg('polyline', {class: look, points: run.map(index => point(index, values[index])).join(' ')}));
    }
    y += height + 12;
  }
  for (const gap of gaps) {
    const width = edge(gap.at(-1) + 1) - edge(gap[0]);
    if (width > 50) chart.append(svg('text', {class: 'gap', x: edge(gap[0]) + width / 2, y: scales.length ? plot + CHART / 2 : plot - 2, 'text-anchor': 'middle'}, scales.length ? 'no data' : 'no calls, or no data'));
  }
  for (const {at, text} of ticks(from, end, narrow ? 4 : 7)) {
    const near = x(at) < LEFT + 16 ? 'start' : x(at) > WIDTH - RIGHT - 16 ? 'end' : 'middle';
    chart.append(svg('line', {class: 'grid', x1: x(at), x2: x(at), y1: 0, y2: y - 8}), svg('text', {x: x(at), y: y + 4, 'text-anchor': near}, text));
  }
  const cursor = svg('line', {class: 'cursor', y1: 0, y2: y - 8, x1: -9, x2: -9});
  chart.append(cursor);
  chart.setAttribute('viewBox', `0 0 ${WIDTH} ${y + GAP / 2}`);
  chart.setAttribute('aria-label', `Since ${clock(from)}: use the left and right arrow keys to read values`);
  const reading = element('output', `Point at the chart, or use the arrow keys, to read values. Latest sample: ${clock(end)}`);
  reading.id = 'reading';
  reading.className = 'soft';
  let index = size - 1;
  const show = at => {
    index = Math.min(size - 1, Math.max(left, at));
    cursor.setAttribute('x1', atSample(index)); cursor.setAttribute('x2', atSample(index));
    const time = from + (index + 1 - left) * each;
    reading.className = '';
    if (!known(index)) { reading.textContent = `${clock(time)}: no data`; return; }
    const states = followed.map(([key], at) => `${title(key)} ${letterWord(letters[at][index] ?? '-')}`);
    const sum = whole && PARTS.reduce((total, name) => total + whole[name][index], 0) / sampleSeconds;
    const parts = whole ? PARTS.filter(name => whole[name][index]).map(name => `${rate(whole[name][index] / sampleSeconds)}/s ${name}`).join(', ') : '';
    const values = [...whole ? [`calls ${rate(sum)}/s${parts ? `: ${parts}` : ''}`] : [], ...scales.flatMap(({lines}) => lines).map(({label, values, text}) => `${label} ${text(values[index])}`)];
    reading.textContent = `${clock(time)}: ${[...states, ...values].join(' · ')}`;
  };
  chart.onmousemove = event => {
    const bounds = chart.getBoundingClientRect(), at = (event.clientX - bounds.left) / bounds.width * WIDTH;
    show(left + Math.floor((at - LEFT) / (WIDTH - LEFT - RIGHT) * shown));
  };
  chart.onkeydown = event => {
    const step = {ArrowLeft: -1, ArrowRight: 1, PageUp: -12, PageDown: 12}[event.key];
    if (step) { event.preventDefault(); show(index + step); }
  };
  const keys = element('p', undefined, 'keys soft');
  // The rates of the table, so that they are the same beside one another.
  const latest = all.slice(size - Math.max(1, Math.round(seconds / sampleSeconds))).filter(known), recent = values => latest.length ? latest.reduce((sum, at) => sum + values[at], 0) / latest.length : 0;
  const key = (look, label) => {
    const sample = svg('svg', {class: 'swatch', viewBox: '0 0 22 8', 'aria-hidden': true}), made = element('span');
    sample.append(PARTS.includes(look) ? svg('rect', {class: `part ${look}`, ...look === 'failed' && {fill: 'url(#hatch)'}, width: 22, height: 8}) : svg('polyline', {class: look, points: '0,4 22,4'}));
    made.append(sample, label);
    keys.append(made);
  };
  for (const {parts, lines} of scales) {
    for (const {look, values} of parts ?? []) if (look === 'succeeded' || values.some(Boolean)) key(look, `${look} ${rate(recent(values)) || '0'}/s`);
    for (const {look, label, values, text} of lines) key(look, `${label} ${text(GAUGES.has(look) ? values.at(-1) : recent(values))}`);
  }
  const list = element('ol', undefined, 'events'), merged = [];
  for (const event of events) {
    const before = merged.at(-1);
    if (before && before.pattern === event.pattern && before.text === event.text) before.times++;
    else merged.push({...event, times: 1});
  }
  list.append(...merged.slice(0, 60).map(({time, pattern, sign, state, text, times}) => {
    const item = element('li');
    item.append(element('span', dayClock(time, end), 'soft'), element('span', SHORT[pattern] ?? title(pattern)), element('span', sign, `sign ${state}`), element('span', `${text}${times > 1 ? `, ${times} times` : ''}`));
    return item;
  }));
  box.append(keys, chart, reading, element('h3', 'Events, the latest first'), events.length ? list : element('p', 'None in this time.'));
  return box;
}

/** The letter of each sample. */
const lettersOf = lane => runs(lane).flatMap(([letter, count]) => Array(count).fill(letter));

/** The samples that are so, in runs without a gap. */
function runsOf(samples, fits) {
  const found = [];
  samples.forEach((sample, index) => {
    if (!fits(sample)) return;
    if (index && fits(samples[index - 1])) found.at(-1).push(sample);
    else found.push([sample]);
  });
  return found;
}

/** What a state looks like. */
const LOOKS = {open: 'rejecting', 'half-open': 'half', closed: 'healthy', 'forced-open': 'forced', disabled: 'soft'};

/** The events of all patterns of a name, the latest first. */
export function eventsOf(patterns) {
  return Object.entries(patterns).flatMap(([pattern, {recentEvents = []}]) => recentEvents.map(({event, time, ...rest}) => ({
    pattern, event, time: Date.parse(time), rest, text: eventWords(event, rest), state: event === 'stateChanged' ? LOOKS[rest.to] ?? 'soft' : event === 'operatorChange' ? 'forced' : rest.failure ? 'failing' : 'soft',
    sign: event === 'stateChanged' ? SIGNS[rest.to] ?? '·' : event === 'operatorChange' ? '◇' : rest.failure ? '▲' : '·',
  }))).filter(({time}) => time).sort((a, b) => b.time - a.time);
}
