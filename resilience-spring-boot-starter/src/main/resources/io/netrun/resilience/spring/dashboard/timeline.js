// One axis for lanes, events and rates, with numbers. Drawn as SVG, so that it needs no library and no inline style.

import {element, svg} from './element.js';
import {clock, drawn, letterWord, rate, runs, title} from './words.js';

const LEFT = 44, RIGHT = 8, LANE = 16, CHART = 120, GAP = 26;
const HEIGHTS = {o: [0, 12], f: [0, 12], r: [0, 12], h: [2, 8], w: [3, 6], a: [3, 6], c: [4, 4], d: [5, 2], x: [5, 2], '-': [5.5, 1]};
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
  const end = Date.parse(sampled), size = 180, from = end - size * sampleSeconds * 1_000;
  const x = time => LEFT + (WIDTH - LEFT - RIGHT) * (time - from) / (end - from), atSample = index => x(from + (index + 0.5) * sampleSeconds * 1_000);
  let y = 4;
  const chart = svg('svg', {class: 'chart', tabindex: 0, role: 'img'});
  for (const [key, {lane, states}] of followed) {
    chart.append(svg('text', {x: 0, y: y + 10}, SHORT[key] ?? title(key)));
    let index = 0;
    for (const [letter, count] of drawn({lane, states}, {sampled, sampleSeconds}, end)) {
      const [top, height] = HEIGHTS[letter] ?? [0, 0], left = x(from + index * sampleSeconds * 1_000);
      if (height) chart.append(svg('rect', {class: letter === '-' ? 'lane-none' : `lane-${letter}`, x: left, y: y + top, width: (WIDTH - LEFT - RIGHT) * count / size, height}));
      index += count;
    }
    y += LANE;
  }
  const events = eventsOf(patterns).filter(({time}) => time >= from && time <= end + 5_000);
  for (const {time} of events) chart.append(svg('path', {class: 'event-mark', d: `M${x(Math.min(time, end)) - 3} ${y + 8} l3 -6 l3 6 z`}));
  if (events.length) { chart.append(svg('text', {x: 0, y: y + 9}, 'events')); y += 12; }
  y += 6;
  const series = [];
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
      const base = y;
      chart.append(svg('polyline', {class: each.name, points: each.values.map((value, index) => `${atSample(index).toFixed(1)},${(base + CHART * (1 - value / top)).toFixed(1)}`).join(' ')}));
      series.push({...each, unit: names === RATES ? '/s' : ''});
    }
    y += CHART + 12;
  }
  for (let minute = 0; minute <= 15; minute += narrow ? 5 : 3) {
    const time = end - minute * 60_000;
    chart.append(svg('line', {class: 'grid', x1: x(time), x2: x(time), y1: 0, y2: y - 8}), svg('text', {x: x(time), y: y + 4, 'text-anchor': minute === 0 ? 'end' : minute === 15 ? 'start' : 'middle'}, clock(time).replace(/:\d\d(?=\D*$)/, '')));
  }
  const cursor = svg('line', {class: 'cursor', y1: 0, y2: y - 8, x1: -9, x2: -9});
  chart.append(cursor);
  chart.setAttribute('viewBox', `0 0 ${WIDTH} ${y + GAP / 2}`);
  chart.setAttribute('aria-label', 'The last 15 minutes: use the left and right arrow keys to read values');
  const reading = element('output', `Point at the chart, or use the arrow keys, to read values. Latest sample: ${clock(end)}`);
  reading.id = 'reading';
  let index = size - 1;
  const show = at => {
    index = Math.min(size - 1, Math.max(0, at));
    cursor.setAttribute('x1', atSample(index)); cursor.setAttribute('x2', atSample(index));
    const time = from + (index + 1) * sampleSeconds * 1_000;
    const states = followed.map(([key, {lane}]) => `${title(key)} ${letterWord(letterAt(lane, index))}`);
    const values = series.map(each => `${followed.length > 1 ? `${title(each.pattern)} ` : ''}${LABELS[each.name]} ${rate(each.values[index]) || '0'}${each.unit}`);
    reading.textContent = `${clock(time)}: ${[...states, ...values].join(' · ')}`;
  };
  chart.onmousemove = event => {
    const bounds = chart.getBoundingClientRect(), at = (event.clientX - bounds.left) / bounds.width * WIDTH;
    show(Math.floor((at - LEFT) / (WIDTH - LEFT - RIGHT) * size));
  };
  chart.onkeydown = event => {
    const step = {ArrowLeft: -1, ArrowRight: 1, PageUp: -12, PageDown: 12}[event.key];
    if (step) { event.preventDefault(); show(index + step); }
  };
  const keys = element('p', undefined, 'keys soft');
  for (const name of [...new Set(series.map(each => each.name))]) {
    const sample = svg('svg', {class: 'swatch chart', viewBox: '0 0 22 8', 'aria-hidden': true});
    sample.append(svg('polyline', {class: name, points: '0,4 22,4'}));
    const key = element('span');
    key.append(sample, LABELS[name]);
    keys.append(key);
  }
  const list = element('ol');
  list.append(...events.slice(0, 60).map(event => element('li', `${clock(event.time)} ${title(event.pattern)}: ${event.text}`)));
  box.append(chart, reading, keys, element('h3', 'Events, the latest first'), events.length ? list : element('p', 'None in the last 15 minutes.'));
  return box;
}

const letterAt = (lane, index) => {
  let at = 0;
  for (const [letter, count] of runs(lane)) { at += count; if (index < at) return letter; }
  return '-';
};

/** The events of all patterns of a name, the latest first. */
export function eventsOf(patterns) {
  return Object.entries(patterns).flatMap(([pattern, {recentEvents = []}]) => recentEvents.map(({event, time, ...rest}) => ({
    pattern, event, time: Date.parse(time), rest,
    text: event === 'stateChanged' ? `${title(rest.from)} → ${title(rest.to)}: ${rest.reason}`
      : event === 'operatorChange' ? `${rest.principal ?? 'an operator'}: ${title(rest.action)}${rest.reason ? `, ${rest.reason}` : ''}`
      : `${event.replace(/([A-Z])/g, ' $1').toLowerCase()}${rest.failure ? `: ${rest.failure}` : ''}`,
  }))).filter(({time}) => time).sort((a, b) => b.time - a.time);
}
