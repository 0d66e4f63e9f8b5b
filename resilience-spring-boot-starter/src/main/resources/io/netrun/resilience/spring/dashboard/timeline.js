// One axis for lanes, events and rates, with numbers. uPlot draws the rates; lanes and events are its plugins.

import {HEIGHTS, SHORTEST, element, svg} from './element.js';
import uPlot from './uPlot.esm.js';
import {THIN, beginnings, clock, dayClock, drawn, eventWords, letterWord, millis, rate, runs, served, shortPattern, ticks, title, withTrials} from './words.js';

const LEFT = 52, RIGHT = 8, LANE = 16, CHART = 130, SMALL = 66, AXIS = 18, TOP = 6;
const SIGNS = {open: '■', 'half-open': '◧', closed: '●', 'forced-open': '◆', disabled: '○'};
/** The parts of all calls that come, from the bottom: their top is the rate of the table. */
const PARTS = ['succeeded', 'failed', 'rejected'];
/** What is no part of the calls, each with a dash of its own. */
const LINES = {
  retry: {calls: ['retries', 'retries'], rejected: ['denied', 'retries denied']}, hedge: {calls: ['hedges', 'hedges'], rejected: ['denied', 'hedges denied']}, fallback: {calls: ['fallbacks', 'fallbacks']},
};
const DRY = ['would', 'would reject'];
/** How many run and wait, and how long one waited, each with its own scale. */
const OTHERS = [[['running', 'running'], ['waiting', 'waiting']], [['longestWait', 'longest wait']]];

/** How long the latest attempt counts, in samples, until another one ends. */
const HELD = 11;

/** What is no rate: how it is at the latest sample. */
const GAUGES = new Set(['running', 'waiting', 'longestWait']);

/** A round number that is at least as large. */
function ceiling(value) {
  if (value <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 3, 5, 10].map(factor => factor * power).find(each => each >= value);
}

/** Tokens of the page's colours, which are others in the dark, by what they are for. */
const COLOURS = {
  succeeded: '--lane-passing', failed: '--rejecting', rejected: '--rejecting', calls: '--ink', retries: '--soft', denied: '--warning', hedges: '--soft', fallbacks: '--observing',
  would: '--observing', failures: '--rejecting', running: '--observing', waiting: '--warning', longestWait: '--ink', attempts: '--ink', slower: '--warning',
  c: '--lane-passing', s: '--lane-slower', a: '--warning', w: '--rejecting', h: '--lane-half', r: '--rejecting', o: '--rejecting', f: '--forced', d: '--lane-off', x: '--lane-off', n: '--line', '-': '--line',
  rejecting: '--rejecting', failing: '--rejecting', half: '--lane-half', healthy: '--healthy', forced: '--forced', soft: '--soft', warning: '--warning',
};
const DASHES = {retries: [6, 3], denied: [2, 2], hedges: [8, 2, 2, 2], fallbacks: [10, 3], would: [1, 3], failures: [5, 2], waiting: [4, 2]};
const token = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
/** A token as a canvas takes it: the form of the present theme. */
function colour(name) {
  const [, light, dark] = /^light-dark\((.+?),\s*(.+)\)$/.exec(token(name)) ?? [null, token(name), token(name)], scheme = getComputedStyle(document.documentElement).colorScheme;
  return scheme === 'dark' || (scheme !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches) ? dark : light;
}
const inkOf = look => colour(COLOURS[look] ?? '--soft');
const FONT = '10px system-ui, sans-serif';

/** Failed and rejected calls differ by more than their colours. */
function hatch(plot) {
  const tile = document.createElement('canvas'), size = tile.width = tile.height = Math.round(6 * devicePixelRatio), ink = tile.getContext('2d');
  ink.fillStyle = colour('--card');
  ink.fillRect(0, 0, size, size);
  ink.strokeStyle = inkOf('failed');
  ink.lineWidth = size / 3;
  for (const shift of [-size, 0, size]) { ink.beginPath(); ink.moveTo(shift, size); ink.lineTo(shift + size, 0); ink.stroke(); }
  return plot.ctx.createPattern(tile, 'repeat');
}

/** What the panel shows now: its charts go with it. */
let shown = null;

function close() {
  shown?.sizes.disconnect();
  shown?.plots.forEach(plot => plot.destroy());
  shown = null;
}

/** With the colours of another theme. */
export const repaint = () => shown?.plots.forEach(plot => plot.redraw());

/**
 * The chart and the events of a name: what its patterns did, and how long attempts took where that is measured.
 *
 * @param seconds of what time the rates of the table are, unless these are ten
 */
export function timeline({patterns, attempts, sampled, sampleSeconds}, seconds = 10) {
  close();
  const box = element('div'), narrow = innerWidth < 700;
  const size = 180, filled = values => Array.from({length: size}, (_, index) => values[index] ?? 0);
  const followed = Object.entries(patterns).filter(([, each]) => each.samples).map(([key, each]) => [key, {...each, samples: Object.fromEntries(Object.entries(each.samples).map(([name, values]) => [name, filled(values)]))}]);
  if (!sampled || !followed.length) {
    box.append(element('p', 'No samples yet: the first comes within ten seconds. Only the busiest instances of a family are followed.'));
    return box;
  }
  const striped = [...followed, ...attempts ? [['attempts', attempts]] : []];
  const end = Date.parse(sampled), each = sampleSeconds * 1_000, letters = striped.map(([, {lane}]) => lettersOf(lane));
  const known = index => letters.some(lane => (lane[index] ?? '-') !== '-'), all = Array.from({length: size}, (_, index) => index);
  // As on the card: what is before the first sample is left out, but for the last two minutes.
  const first = all.find(known) ?? size, left = Math.max(0, Math.min(size - SHORTEST, first)), within = all.slice(left), from = end - within.length * each;
  const time = index => from + (index - left) * each, events = eventsOf(patterns, Object.fromEntries(striped), {sampled, sampleSeconds}).filter(({time}) => time >= from && time <= end + 5_000);
  const gaps = runsOf(within, index => !known(index)), whole = served(Object.fromEntries(followed), size);
  const perSecond = values => values.map(value => value / sampleSeconds);
  const lines = followed.flatMap(([key, {samples}]) => [
    ...Object.entries(LINES[key] ?? {}).map(([name, [look, label]]) => ({look, label, values: samples[name]})), {look: DRY[0], label: `${title(key)} ${DRY[1]}`, values: samples.wouldReject},
    ...whole ? [] : [{look: 'failures', label: `${title(key)} failures`, values: samples.failed}],
  ]).filter(({values}) => values).map(line => ({...line, values: perSecond(line.values), text: value => `${rate(value) || '0'}/s`}));
  const scales = [];
  if (whole || lines.length) scales.push({height: CHART, parts: whole && PARTS.map(name => ({look: name, values: perSecond(whole[name])})), lines, text: value => `${rate(value)}/s`});
  for (const names of OTHERS) {
    const found = followed.flatMap(([key, {samples}]) => names.filter(([name]) => samples[name]).map(([name, label]) => ({
      look: name, label: `${followed.filter(([, other]) => other.samples[name]).length > 1 ? `${title(key)} ` : ''}${label}`, values: samples[name], text: name === 'longestWait' ? value => value ? millis(value) : '0' : value => String(value),
    })));
    if (found.length) scales.push({height: SMALL, lines: found, text: found[0].text});
  }
  if (attempts) scales.push({height: SMALL, lines: [{look: 'attempts', label: 'attempt time', values: filled(attempts.samples.mean), text: value => value ? millis(value) : '–', held: true}], text: millis});
  if (!scales.length) scales.push({height: 0, lines: []});

  // ---- values as words

  const reading = element('output', `Point at the chart, or use the arrow keys, to read values. Latest sample: ${clock(end)}`);
  reading.id = 'reading';
  reading.className = 'soft';
  const columns = [
    ...striped.map(([key], at) => ({label: title(key), value: index => letterWord(letters[at][index] ?? '-')})),
    ...whole ? [{label: 'calls', value: index => {
      const parts = PARTS.filter(name => whole[name][index]).map(name => `${rate(whole[name][index] / sampleSeconds)}/s ${name}`).join(', ');
      return `${rate(PARTS.reduce((total, name) => total + whole[name][index], 0) / sampleSeconds)}/s${parts ? `: ${parts}` : ''}`;
    }}] : [],
    ...scales.flatMap(({lines}) => lines).map(({label, values, text}) => ({label, value: index => text(values[index])})),
  ];
  let index = size - 1;
  const read = at => {
    index = Math.min(size - 1, Math.max(left, at));
    reading.className = '';
    reading.textContent = `${clock(time(index + 1))}: ${known(index) ? columns.map(({label, value}) => `${label} ${value(index)}`).join(' · ') : 'no data'}`;
  };

  // ---- charts

  const chart = element('div', undefined, 'chart'), plots = [];
  chart.tabIndex = 0;
  chart.setAttribute('role', 'img');
  chart.setAttribute('aria-label', `Since ${clock(from)}: use the left and right arrow keys to read values`);
  const times = within.map(at => time(at + 0.5));
  // A sample that is not there is no zero.
  const seen = values => within.map(at => known(at) ? values[at] : null);
  // What is 0 all the time has no line.
  /** Until the next attempt ends, the latest one is what is known, for a minute. */
  const held = values => within.map(at => known(at) ? values.slice(Math.max(0, at - HELD), at + 1).findLast(Boolean) ?? null : null);
  const moved = values => within.map(at => known(at) && [at - 1, at, at + 1].some(near => values[near]) ? values[at] : null);
  // The first label does not run into the zero of the other axis.
  const wide = (document.getElementById('view')?.clientWidth || 560) - 24 - LEFT - RIGHT;
  const axisTicks = ticks(from, end, narrow ? 4 : 7).map(({at, text}) => ({at, text: (at - from) / (end - from) * wide < text.length * 3 + 4 ? null : text}));
  /** Of what is stacked, the highest first: the others cover their own part of it. */
  const stacked = parts => {
    const present = parts.filter(({look, values}) => look === 'succeeded' || within.some(at => values[at]));
    return present.map(({look}, part) => ({
      data: seen(all.map(at => present.slice(0, part + 1).reduce((sum, {values}) => sum + values[at], 0))),
      series: {fill: plot => look === 'failed' ? hatch(plot) : inkOf(look), stroke: () => part === present.length - 1 ? colour('--ink') : 'transparent', width: 1, points: {show: false}},
    })).reverse();
  };
  const plotOf = ({height, parts, lines, text}, at) => {
    const top = at === 0 ? TOP + LANE * striped.length + (events.length ? 14 : 0) + 8 : TOP, last = at === scales.length - 1, drawnParts = parts ? stacked(parts) : [];
    const most = ceiling(Math.max(0, ...within.map(each => parts ? parts.reduce((sum, {values}) => sum + values[each], 0) : 0), ...lines.flatMap(({values}) => within.map(each => values[each]))));
    const made = new uPlot({
      width: (document.getElementById('view')?.clientWidth || 560) - 24, height: top + height + (last ? AXIS : 0), ms: 1, padding: [top, RIGHT, last ? 0 : TOP, 0], legend: {show: false},
      cursor: {y: false, points: {show: false}, drag: {setScale: false, x: false, y: false}, sync: {key: 'timeline'}},
      scales: {x: {range: () => [from, end]}, y: {range: () => [0, most]}},
      axes: [
        {size: last ? AXIS : 0, gap: 2, font: FONT, stroke: () => colour('--soft'), grid: {stroke: () => colour('--line'), width: 1}, ticks: {show: false}, splits: () => axisTicks.map(({at}) => at), values: () => axisTicks.map(({text}) => last ? text : null)},
        {size: LEFT, gap: 4, font: FONT, stroke: () => colour('--soft'), grid: {stroke: () => colour('--line'), width: 1}, ticks: {show: false}, splits: () => !height ? [] : height === CHART ? [0, most / 2, most] : [0, most], values: (_, splits) => splits.map(value => value ? text(value) : '0')},
      ],
      series: [{}, ...drawnParts.map(({series}) => series), ...lines.map(({look}) => ({stroke: () => inkOf(look), width: 1.5, dash: DASHES[look], points: {show: false}}))],
      plugins: [withoutData(gaps, time, height), ...at === 0 ? [lanes(striped, {sampled, sampleSeconds}, left, time, end), marks(events, TOP + LANE * striped.length, end)] : []],
      hooks: {setCursor: [plot => { if (Number.isInteger(plot.cursor.idx) && plot.cursor.left >= 0) read(plot.cursor.idx + left); }]},
    }, [times, ...drawnParts.map(({data}) => data), ...lines.map(({values, held: holds}) => holds ? held(values) : moved(values))], chart);
    plots.push(made);
  };
  scales.forEach(plotOf);
  chart.onkeydown = event => {
    const step = {ArrowLeft: -1, ArrowRight: 1, PageUp: -12, PageDown: 12}[event.key];
    if (!step) return;
    event.preventDefault();
    read(index + step);
    for (const plot of plots) plot.setCursor({left: plot.valToPos(time(index + 0.5), 'x'), top: 0}, false);
  };
  const sizes = new ResizeObserver(([{contentRect: {width}}]) => {
    if (width > 0) for (const plot of plots) if (plot.width !== Math.floor(width)) plot.setSize({width: Math.floor(width), height: plot.height});
  });
  sizes.observe(chart);
  shown = {plots, sizes};

  // ---- keys, table and events

  const keys = element('p', undefined, 'keys soft');
  // The rates of the table, so that they are the same beside one another.
  const latest = all.slice(size - Math.max(1, Math.round(seconds / sampleSeconds))).filter(known), recent = values => latest.length ? latest.reduce((sum, at) => sum + values[at], 0) / latest.length : 0;
  const key = (to, look, label) => {
    const sample = svg('svg', {class: 'swatch', viewBox: '0 0 22 8', 'aria-hidden': true}), made = element('span');
    if (PARTS.includes(look)) sample.append(...look === 'failed' ? swatchHatch() : [svg('rect', {class: `part ${look}`, width: 22, height: 8})]);
    else sample.append(svg('polyline', {class: look, points: '0,4 22,4'}));
    made.append(sample, label);
    to.append(made);
  };
  for (const {parts, lines} of scales) {
    for (const {look, values} of parts ?? []) if (look === 'succeeded' || values.some(Boolean)) key(keys, look, `${look} ${rate(recent(values)) || '0'}/s`);
    for (const {look, label, values, text} of lines) key(keys, look, `${label} ${text(look === 'attempts' ? held(values).at(-1) : GAUGES.has(look) ? values.at(-1) : recent(values))}`);
  }
  const states = element('p', 'Lanes: ', 'keys soft lanes');
  // Of the states as they are drawn: a sample has the worst of those within it only.
  const present = striped.map(([key, {lane, states}]) => [key, new Set(drawn({lane, states}, {sampled, sampleSeconds}).map(([letter]) => letter))]);
  for (const letter of Object.keys(HEIGHTS).filter(letter => letter !== '-' && present.some(([, drawnLetters]) => drawnLetters.has(letter)))) {
    const sample = svg('svg', {class: 'swatch', viewBox: '0 0 22 12', preserveAspectRatio: 'none', 'aria-hidden': true}), made = element('span'), [y, height] = HEIGHTS[letter];
    sample.append(svg('rect', {class: `lane-${letter}`, y, width: 22, height}));
    made.append(sample, laneWord(letter, present.filter(([, drawnLetters]) => drawnLetters.has(letter)).map(([key]) => key)));
    states.append(made);
  }
  box.append(keys, states, chart, reading, tableOf(within.filter(known).reverse(), columns, at => clock(time(at + 1))), element('h3', 'Events, the latest first'), element('p', 'Kept are the last 20 events of each pattern, and five of what calls do again and again: there may have been more.', 'soft'), events.length ? listOf(events, end) : element('p', 'None in this time.'));
  return box;
}

/** What a state of a lane means, for patterns that reject no calls as well. */
function laneWord(letter, keys) {
  const only = (...some) => keys.every(key => some.includes(key));
  if (letter === 'a') return only('retry', 'hedge') ? 'some denied' : 'a few rejected';
  return letter === 'w' && only('retry') ? 'exhausted' : letter === 'w' && only('timeout') ? 'timing out' : letterWord(letter);
}

const swatchHatch = () => [svg('rect', {class: 'hatch-ground', width: 22, height: 8}), ...[0, 6, 12, 18].map(x => svg('line', {class: 'hatch-line', x1: x, y1: 8, x2: x + 5, y2: 0}))];

/** The values of each sample, for those who would rather read a table. It is filled when it is opened. */
function tableOf(samples, columns, clockOf) {
  const made = element('details', undefined, 'values');
  made.append(element('summary', 'Values as a table'));
  made.ontoggle = () => {
    if (!made.open || made.children.length > 1) return;
    const table = element('table'), top = element('tr'), scroll = element('div', undefined, 'scroll');
    const cell = (tag, text, scope) => { const one = element(tag, text); if (scope) one.scope = scope; return one; };
    top.append(cell('th', 'Until', 'col'), ...columns.map(({label}) => cell('th', label, 'col')));
    table.append(top, ...samples.map(index => {
      const row = element('tr');
      row.append(cell('th', clockOf(index), 'row'), ...columns.map(({value}) => cell('td', value(index))));
      return row;
    }));
    scroll.tabIndex = 0;
    scroll.setAttribute('role', 'region');
    scroll.setAttribute('aria-label', 'Values of each sample');
    scroll.append(table);
    made.append(scroll);
  };
  return made;
}

/** Changes each by itself; what a retry does again and again is one line. */
function listOf(events, end) {
  const list = element('ol', undefined, 'events'), merged = [], frequent = new Map();
  for (const event of events) {
    const key = event.single ? null : `${event.pattern} ${event.text}`, before = key && frequent.get(key);
    if (before) { before.times++; before.since = event.time; continue; }
    const one = {...event, times: 1};
    if (key) frequent.set(key, one);
    merged.push(one);
  }
  list.append(...merged.slice(0, 60).map(({time, pattern, sign, state, text, times, since}) => {
    const item = element('li');
    item.append(element('span', dayClock(time, end), 'soft'), element('span', shortPattern(pattern)), element('span', sign, `sign ${state}`), element('span', `${text}${times > 1 ? `, at least ${times} times since ${dayClock(since, end)}` : ''}`));
    return item;
  }));
  return list;
}

/** Draws in pixels of the page, clipped to the plot and what is above it. */
function painted(plot, paint) {
  const {ctx, bbox} = plot, ratio = devicePixelRatio;
  ctx.save();
  ctx.scale(ratio, ratio);
  ctx.font = FONT;
  paint(ctx, moment => bbox.left / ratio + plot.valToPos(moment, 'x'), bbox.top / ratio, (bbox.left + bbox.width) / ratio);
  ctx.restore();
}

/** The states of each pattern, and of the attempts, above the plot. */
function lanes(striped, sampling, left, time, end) {
  return {hooks: {draw: plot => painted(plot, (ctx, x) => {
    let y = TOP;
    for (const [key, {lane, states}] of striped) {
      const pieces = withTrials(drawn({lane, states}, sampling), x(time(1)) - x(time(0)));
      let index = 0;
      ctx.fillStyle = colour('--soft');
      ctx.textAlign = 'left';
      ctx.fillText(shortPattern(key), 0, y + 10);
      for (const [letter, count] of pieces.pieces) {
        const [top, height] = HEIGHTS[letter] ?? [0, 0], begin = x(time(Math.max(left, index))), width = Math.min(x(end), x(time(index + count))) - begin;
        index += count;
        if (!height || !(width > 0)) continue;
        ctx.fillStyle = inkOf(letter);
        ctx.fillRect(begin, y + top, width, height);
      }
      ctx.fillStyle = inkOf('h');
      const [top, height] = HEIGHTS.h;
      for (const {from, to, count} of pieces.marks.filter(each => each.to > left)) ctx.fillRect(x(time(Math.max(left, from))) - THIN / 2, y + (count > 1 ? 4 : top), x(time(to)) - x(time(Math.max(left, from))) + THIN, count > 1 ? 4 : height);
      y += LANE;
    }
  })}};
}

/** The worst first. */
const SEVERITY = ['rejecting', 'forced', 'failing', 'half', 'warning', 'slower', 'healthy', 'soft'];
/** The pixels of a mark, and of what is beside it. */
const MARK = 14;

/** Marks that do not overlap, from left to right: each with its worst event, and whether there are others. */
export function clusters(marks) {
  const found = [];
  for (const mark of [...marks].sort((one, other) => one.at - other.at)) {
    const last = found.at(-1);
    if (!last || mark.at - last.at >= MARK) { found.push({...mark, more: false}); continue; }
    last.more ||= mark.event.sign !== last.event.sign;
    if (SEVERITY.indexOf(mark.event.state) < SEVERITY.indexOf(last.event.state)) last.event = mark.event;
  }
  return found;
}

/** Events under the lanes; none runs over the edge. */
function marks(events, y, end) {
  return {hooks: {draw: plot => events.length && painted(plot, (ctx, x, top, right) => {
    ctx.fillStyle = colour('--soft');
    ctx.textAlign = 'left';
    ctx.fillText('events', 0, y + 10);
    ctx.textAlign = 'center';
    // Of those that would lie over one another, the worst is drawn, and beside it that there are more.
    for (const {at, event: {sign, state}, more} of clusters(events.map(event => ({at: Math.min(x(Math.min(event.time, end)), right - 5), event})))) {
      ctx.fillStyle = inkOf(state);
      ctx.fillText(sign, at, y + 10);
      if (more) ctx.fillText('+', at + 7, y + 7);
    }
  })}};
}

/** Where there are no samples, that is written. */
function withoutData(gaps, time, height) {
  return {hooks: {drawClear: plot => height && painted(plot, (ctx, x, top) => {
    for (const gap of gaps) {
      const begin = x(time(gap[0])), width = x(time(gap.at(-1) + 1)) - begin;
      ctx.fillStyle = colour('--raised');
      ctx.fillRect(begin, top, width, height);
      if (width < 50) continue;
      ctx.fillStyle = colour('--soft');
      ctx.textAlign = 'center';
      ctx.font = `italic ${FONT}`;
      ctx.fillText('no data', begin + width / 2, top + height / 2);
    }
  })}};
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

/** The events of all patterns of a name, and what began in their lanes, the latest first. */
export function eventsOf(patterns, striped, sampling) {
  const known = Object.entries(patterns).flatMap(([pattern, {recentEvents = []}]) => recentEvents.map(({event, time, ...rest}) => ({
    pattern, time: Date.parse(time), text: eventWords(event, rest), single: SINGLE.has(event), state: event === 'stateChanged' ? LOOKS[rest.to] ?? 'soft' : event === 'operatorChange' ? 'forced' : rest.failure ? 'failing' : 'soft',
    sign: event === 'stateChanged' ? SIGNS[rest.to] ?? '·' : event === 'operatorChange' ? '◇' : rest.failure ? '▲' : '·',
  })));
  const begun = beginnings(striped, sampling).map(({letter, ...each}) => ({...each, single: true, state: BEGUN[letter], sign: letter === 's' ? '◔' : letter === 'a' ? '◐' : letter === 'w' ? '▲' : '■'}));
  return [...known, ...begun].filter(({time}) => time).sort((a, b) => b.time - a.time);
}

/** Each of these is a change; the others are what calls have. */
const SINGLE = new Set(['stateChanged', 'operatorChange']);
const BEGUN = {w: 'failing', a: 'warning', r: 'rejecting', o: 'rejecting', f: 'forced', h: 'half', s: 'slower'};
