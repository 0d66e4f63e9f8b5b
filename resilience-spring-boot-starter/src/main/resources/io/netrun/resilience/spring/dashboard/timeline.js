// One axis for lanes, events and rates, with numbers. Drawn as SVG, so that it needs no library and no inline style.

import {HEIGHTS, SHORTEST, element, svg} from './element.js';
import {clock, drawn, letterWord, rate, runs, shortFailure, ticks, title} from './words.js';

const LEFT = 44, RIGHT = 8, LANE = 16, CHART = 120, GAP = 26;
/** A trial is short; so wide it is seen. */
const THIN = 3;
const SIGNS = {open: '■', 'half-open': '◧', closed: '●', 'forced-open': '◆', disabled: '○'};
const LABELS = {calls: 'calls', failed: 'failures', rejected: 'rejections', wouldReject: 'would reject', running: 'running', waiting: 'waiting'};
const SHORT = {'circuit-breaker': 'breaker', 'rate-limiter': 'limiter'};
const RATES = ['calls', 'failed', 'rejected', 'wouldReject'], LEVELS = ['running', 'waiting'];

/** A round number that is at least as large. */
function ceiling(value) {
  if (value <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 5, 10].map(factor => factor * power).find(each => each >= value);
}

export function timeline({patterns, sampled, sampleSeconds}) {
  const box = element('div'), narrow = innerWidth < 700, WIDTH = narrow ? 350 : 560;
  const followed = Object.entries(patterns).filter(([, each]) => each.samples);
  if (!sampled || !followed.length) {
    box.append(element('p', 'No samples yet: the first comes within ten seconds. Only the busiest instances of a family are followed.'));
    return box;
  }
  const end = Date.parse(sampled), size = 180, each = sampleSeconds * 1_000, letters = followed.map(([, {lane}]) => lettersOf(lane));
  const known = index => letters.some(lane => (lane[index] ?? '-') !== '-'), all = Array.from({length: size}, (_, index) => index);
  // As on the card: what is before the first sample is left out, but for the last two minutes.
  const first = all.find(known) ?? size, left = Math.max(0, Math.min(size - SHORTEST, first)), shown = size - left, from = end - shown * each;
  const x = time => LEFT + (WIDTH - LEFT - RIGHT) * (time - from) / (end - from), edge = index => x(from + (index - left) * each), atSample = index => edge(index + 0.5);
  let y = 4;
  const chart = svg('svg', {class: 'chart', tabindex: 0, role: 'img'});
  for (const [key, {lane, states}] of followed) {
    chart.append(svg('text', {x: 0, y: y + 10}, SHORT[key] ?? title(key)));
    const trials = [];
    let index = 0;
    for (const [letter, count] of drawn({lane, states}, {sampled, sampleSeconds}, end)) {
      const [top, height] = HEIGHTS[letter] ?? [0, 0], begin = edge(Math.max(left, index)), width = edge(index + count) - begin, thin = letter === 'h' && width < THIN;
      if (height && width > 0) chart.append(svg('rect', {class: letter === '-' ? 'lane-none' : `lane-${letter}`, x: begin, y: y + top, width, height}));
      if (height && width > 0 && thin) trials.push(svg('rect', {class: 'lane-h', x: begin + (width - THIN) / 2, y: y + top, width: THIN, height}));
      index += count;
    }
    chart.append(...trials);
    y += LANE;
  }
  const events = eventsOf(patterns).filter(({time}) => time >= from && time <= end + 5_000);
  for (const {time} of events) chart.append(svg('path', {class: 'event-mark', d: `M${x(Math.min(time, end)) - 3} ${y + 8} l3 -6 l3 6 z`}));
  if (events.length) { chart.append(svg('text', {x: 0, y: y + 9}, 'events')); y += 12; }
  y += 6;
  const series = [], plot = y, gaps = runsOf(all.slice(left), index => !known(index));
  for (const names of [RATES, LEVELS]) {
    const scale = names === RATES ? sampleSeconds : 1;
    const drawn = followed.flatMap(([key, {samples}]) => names.filter(name => samples[name]).map(name => ({pattern: key, name, values: samples[name].map(value => value / scale)})));
    if (!drawn.length) continue;
    const top = ceiling(Math.max(...drawn.flatMap(({values}) => values)));
    for (const part of [0, 0.5, 1]) {
      const at = y + CHART * (1 - part);
      chart.append(svg('line', {class: 'grid', x1: LEFT, x2: WIDTH - RIGHT, y1: at, y2: at}), svg('text', {x: LEFT - 4, y: at + 3, 'text-anchor': 'end'}, part === 0 ? '0' : `${rate(top * part)}${names === RATES ? '/s' : ''}`));
    }
    for (const each of drawn) {
      const base = y, lane = letters[followed.findIndex(([key]) => key === each.pattern)], point = index => `${atSample(index).toFixed(1)},${(base + CHART * (1 - each.values[index] / top)).toFixed(1)}`;
      // A sample that is not there is no zero: the line begins with the first, and stops at a gap.
      for (const run of runsOf(all.slice(left), index => (lane[index] ?? '-') !== '-')) chart.append(svg('polyline', {class: each.name, points: run.map(point).join(' ')}));
      series.push({...each, unit: names === RATES ? '/s' : ''});
    }
    for (const gap of gaps) chart.prepend(svg('rect', {class: 'no-data', x: edge(gap[0]), y, width: edge(gap.at(-1) + 1) - edge(gap[0]), height: CHART}));
    y += CHART + 12;
  }
  for (const gap of gaps) {
    const width = edge(gap.at(-1) + 1) - edge(gap[0]);
    if (width > 50) chart.append(svg('text', {class: 'gap', x: edge(gap[0]) + width / 2, y: series.length ? plot + CHART / 2 : plot - 2, 'text-anchor': 'middle'}, series.length ? 'no data' : 'no calls, or no data'));
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
    const values = series.map(each => `${followed.length > 1 ? `${title(each.pattern)} ` : ''}${LABELS[each.name]} ${rate(each.values[index]) || '0'}${each.unit}`);
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
  for (const name of [...new Set(series.map(each => each.name))]) {
    const sample = svg('svg', {class: 'swatch', viewBox: '0 0 22 8', 'aria-hidden': true});
    sample.append(svg('polyline', {class: name, points: '0,4 22,4'}));
    const key = element('span'), values = series.filter(each => each.name === name);
    key.append(sample, `${LABELS[name]} ${values.map(({pattern, values: [...numbers], unit}) => `${values.length > 1 ? `${SHORT[pattern] ?? title(pattern)} ` : ''}${rate(numbers.at(-1)) || '0'}${unit}`).join(', ')}`);
    keys.append(key);
  }
  const list = element('ol', undefined, 'events'), lines = [];
  for (const event of events) {
    const before = lines.at(-1);
    if (before && before.pattern === event.pattern && before.text === event.text) before.times++;
    else lines.push({...event, times: 1});
  }
  list.append(...lines.slice(0, 60).map(({time, pattern, sign, text, times}) => {
    const item = element('li');
    item.append(element('span', clock(time), 'soft'), element('span', title(pattern)), element('span', `${sign} ${text}${times > 1 ? `, ${times} times` : ''}`));
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

/** The events of all patterns of a name, the latest first. */
export function eventsOf(patterns) {
  return Object.entries(patterns).flatMap(([pattern, {recentEvents = []}]) => recentEvents.map(({event, time, ...rest}) => ({
    pattern, event, time: Date.parse(time), rest, sign: event === 'stateChanged' ? SIGNS[rest.to] ?? '' : event === 'operatorChange' ? '◇' : rest.failure ? '▲' : '·',
    text: event === 'stateChanged' ? `${title(rest.from)} → ${title(rest.to)}: ${rest.reason}`
      : event === 'operatorChange' ? `${rest.principal ?? 'an operator'}: ${title(rest.action)}${rest.reason ? `, ${rest.reason}` : ''}`
      : `${event.replace(/([A-Z])/g, ' $1').toLowerCase()}${rest.failure ? `: ${shortFailure(String(rest.failure))}` : ''}`,
  }))).filter(({time}) => time).sort((a, b) => b.time - a.time);
}
