// Head, problems, table and audit. Nodes are created once per name and updated in place, so that nothing flickers and the focus is kept.

import {BUTTONS, RECOMMENDED} from './actions.js';
import {HEIGHTS, SHORTEST, button, dress, element, say, svg} from './element.js';
import {patterns} from './source.js';
import {arranged, grouped, hrefOf, read, write} from './state.js';
import {FULL_BUDGET, RETRY_COST, SPELLED, advice, adviceField, because, beganAt, budgetLeft, changedWords, clock, dayClock, drawn, effect, explains, figures, heading, headline, initial, isKnown, labelsAround, laneWords, letterWord, levelOf, levelWord, millis, nowWords, passed, period, pixelated, rate, runs, share, shortMethod, sinceWords, span, ticks, title, trialLabels, trialOf, withTrials, zonedClock} from './words.js';

const $ = id => document.getElementById(id);
const SHOWN = 6;
export const MARKS = {rejecting: '■', failing: '▲', forced: '◆', warning: '◐'};
const SHORT = {'circuit-breaker': 'Breaker', 'rate-limiter': 'Limiter'};
const HINTS = {
  'circuit-breaker': 'State of the circuit, and the time to the next trial, or how far the count of failures is', retry: 'Retries a second, and what is denied, or fails after the last attempt, or is left of the budget',
  bulkhead: 'Permits in use, and calls in the queue for one', timeout: 'Calls a second that timed out',
  'rate-limiter': 'Permits that are free', hedge: 'Hedges a second that were made, and after a slash those that were denied', fallback: 'Calls a second that reached the fallback',
};
/** What may be done about a problem, from what risks least. */
const OFFERED = {
  open: ['half-open', 'reset'], 'half-open': ['reset'], 'forced-open': ['half-open', 'reset'], disabled: ['reset'], off: ['switch-on'],
  flapping: [], failing: ['force-open'], exhausted: ['switch-off'],
};
/** The tab that the advice needs comes first. */
const LEADING = {open: 'failures', 'half-open': 'failures', flapping: 'failures', failing: 'failures', exhausted: 'failures'};
/** What only shows something: a link to a tab. All else changes production. */
const VIEWS = {timeline: 'Timeline', failures: 'Failures', settings: 'Settings'};
/** Of what time the figures of a pattern are. */
const OF = {'circuit-breaker': 'now', bulkhead: 'now', 'rate-limiter': 'now'};

/** A wide strip also has room for what sets it off. */
const ROOM = 300;

/** How many trials a mark in the table stands for, which has no axis with labels below it: as parts of the whole, in HTML, since the lane's drawing is stretched. */
function countsOf(parts, left, pixels) {
  const samples = lengthOf(parts), each = pixels / Math.max(1, samples - left);
  if (pixels < ROOM) return [];
  return withTrials(parts, each).marks.filter(({to, count}) => count > 1 && to > left).map(({from, to, count}) => {
    const made = element('span', String(count), 'trial-count');
    made.setAttribute('aria-hidden', 'true'); // the lane has it in words
    made.style.left = `${100 * ((Math.max(left, from) + to) / 2 - left) / (samples - left)}%`;
    return made;
  });
}

/** A lane as bars whose heights differ as well as their colours, from some sample until now, for so many pixels. */
function laneOf(seconds, left, parts, pixels, end) {
  const samples = lengthOf(parts), made = svg('svg', {class: 'lane', preserveAspectRatio: 'none', role: 'img', 'aria-label': `Last 15 minutes: ${laneWords(parts, seconds)}`});
  const each = pixels / Math.max(1, samples - left), wide = pixels >= ROOM, trials = [], seen = withTrials(parts, each);
  const pieces = wide ? seen.pieces : [['-', left], ...pixelated(parts, left, pixels).map(([letter, count]) => [letter, count / each])];
  let x = 0;
  showUntil(made, left, samples);
  for (const [letter, count] of pieces) {
    const [y, height] = HEIGHTS[letter] ?? [0, 0];
    if (height && count > 0) {
      const until = x + count >= samples - 0.001 ? count + LATER : count;
      const rect = svg('rect', {class: letter === '-' ? 'lane-none' : `lane-${letter}`, x, y, width: until, height});
      rect.append(svg('title', {}, letter === '-' ? 'no data' : `${letterWord(letter)} from ${clock(end - (samples - x) * seconds * 1_000)} on, for ${span(count * seconds * 1_000)}`));
      made.append(rect);
    }
    x += count;
  }
  const [top, height] = HEIGHTS.h, inside = seen.marks.filter(({to}) => wide && to > left);
  for (const {from, to, count} of inside) {
    if (count === 1) for (const [name, y1, y2] of [['lane-gap', 0, 12], ['lane-trial', top, top + height]]) trials.push(svg('line', {class: name, x1: from, x2: from, y1, y2}));
    else {
      const rect = svg('rect', {class: 'lane-trials', x: Math.max(left, from), y: 4, width: to - Math.max(left, from), height: 4});
      rect.append(svg('title', {}, `${count} trials from ${clock(end - (samples - from) * seconds * 1_000)} to ${clock(end - (samples - to) * seconds * 1_000)}`));
      trials.push(rect);
    }
  }
  made.append(...trials);
  return made;
}

/** The pixels of a letter of an axis, at most, and of one that is bold. */
const LETTER = 6.5, BOLD = 7;

/** The times under a lane: the present, when the problem began, where data begin, and round moments in between. */
function axisOf(from, to, pixels, begins, began, live, groups) {
  const made = svg('svg', {class: 'axis', role: 'img'}), taken = [], at = time => (time - from) / (to - from);
  const mark = (time, className) => made.append(svg('line', {class: className, x1: `${100 * at(time)}%`, x2: `${100 * at(time)}%`, y1: 0, y2: 3}));
  const put = (left, width, text, className) => {
    const anchor = left === 0 ? 'start' : left >= pixels - width - 0.01 ? 'end' : 'middle', x = anchor === 'start' ? 0 : anchor === 'end' ? 100 : 100 * (left + width / 2) / pixels;
    taken.push([left, left + width]);
    made.append(svg('text', {class: className, x: `${x}%`, y: 12, 'text-anchor': anchor}, text));
  };
  const label = (part, text, className) => {
    const width = text.length * LETTER, left = Math.min(Math.max(0, part * pixels - width / 2), Math.max(0, pixels - width));
    if (taken.some(([one, other]) => left < other + LETTER && left + width + LETTER > one)) return false;
    put(left, width, text, className);
    return true;
  };
  const first = begins ? `no data before ${clock(from + begins)}` : clock(from), inside = began > from && began < to;
  const last = live ? 'now' : clock(to);
  label(1, last, 'now');
  // A mark that stands for several trials has their count, whatever else has no room then.
  const end = pixels - (last.length + 1) * LETTER, text = inside ? clock(began) : '', wide = text.length * BOLD;
  const {trials, onset} = inside ? labelsAround(at(began), wide, groups, pixels, LETTER, end) : {trials: groups.length ? trialLabels(groups, pixels, LETTER, end) : []};
  for (const {text: words, left, width} of trials) put(left, width, words, 'trials');
  if (onset !== undefined) put(onset, wide, text, 'onset');
  if (inside) mark(began, 'onset');
  label(0, first, 'first');
  for (const {at: time, text} of ticks(from, to, Math.max(2, Math.min(9, pixels / 90)))) if (label(at(time), text, 'tick')) mark(time, 'tick');
  made.setAttribute('aria-label', `${first}${began === undefined ? '' : `, problem since ${dayClock(began, to)}`}, until ${live ? 'now' : clock(to)}`);
  return made;
}

const lengthOf = parts => parts.reduce((sum, [, count]) => sum + count, 0);

/** The last bar goes on: what is beyond the present is cut off, so that a lane need not be drawn anew with every answer. */
const LATER = 4;
const showUntil = (made, left, right) => made.setAttribute('viewBox', `${left} 0 ${right - left || 1} 12`);

/** How many of the first samples are not known. */
function unknown(lane) {
  const [[letter, count] = []] = runs(lane);
  return letter === '-' ? count : 0;
}

/** How many samples are left out before the first that is known of any lane. */
const leftOut = (lanes, samples) => lanes.length ? Math.max(0, Math.min(samples - SHORTEST, ...lanes.map(unknown))) : 0;

/** There is such a column, and no number: it is not counted, or there were no calls. A blank is a pattern that the name does not have. */
const DASH = '–';
/** It is counted, and nothing of it has happened. */
const ZERO = '0', NO_RATE = '0/s';
const COUNT_CALLS = ['circuit-breaker', 'bulkhead', 'rate-limiter'];

const isOpen = ({cells}) => cells['circuit-breaker']?.state === 'open' || cells['circuit-breaker']?.state === 'forced-open';
/** What a circuit did last that begins the time of its figures. */
const lastDone = ({cells}) => cells['circuit-breaker']?.state === 'closed' ? 'closed' : 'opened';
/** A circuit has just opened, or closed again: there is no whole sample of that yet, or not ten seconds of them. */
const justChanged = row => row.seconds !== undefined || isOpen(row) && Boolean(row.calls && !row.failed && !row.rejected);

/** What fails or is rejected if that is nothing, and why there is no number. */
function nothing(row, counted) {
  if (!row.calls) return [DASH, 'no calls'];
  if (row.seconds === 0 || isOpen(row) && !row.failed && !row.rejected) return [DASH, `not known yet: the circuit has just ${lastDone(row)}`];
  return counted.some(key => key in row.cells) ? [ZERO, ''] : [DASH, 'not counted: no pattern of the name does that'];
}

/** With one decimal, so that numbers in a column compare by their length. */
const perSecond = calls => calls >= 100 ? String(Math.round(calls)) : calls >= 0.095 ? calls.toFixed(1) : calls > 0 ? '<0.1' : '';

/** What is left of a retry budget, of how much. */
const budgetWords = ({budget}) => `budget ${Math.floor(budget)}/${FULL_BUDGET}`;

/** The text of a cell, and how it is: bad, its cause, or nothing at all. */
function cellText(key, cell, now, row, problem, live) {
  const off = cell.enabled === false && !cell.state;
  if (off) return ['off', 'off'];
  const would = cell.mode === 'observe' ? `dry run${cell.wouldReject ? ` ${rate(cell.wouldReject)}/s` : ''}` : '';
  const rejected = cell.rejected ? `rejects ${rate(cell.rejected)}/s` : '';
  if (cell.state) {
    const left = cell.nextTrialTime ? Math.ceil((Date.parse(cell.nextTrialTime) - now) / 1_000) : 0;
    const {failureThreshold, failureCount = 0} = problem?.causes.find(({opensAt}) => opensAt) ?? {}, count = cell.state === 'closed' && failureThreshold !== undefined ? `, ${failureCount} of ${failureThreshold}` : '';
    const text = `${title(cell.state)}${count}${left > 0 && live ? `, trial in ${span(left * 1_000)}` : ''}${would ? `, ${would}` : ''}`;
    return [text, cell.state === 'closed' ? count ? 'worse' : '' : cell.state === 'disabled' ? 'off' : cell.state === 'half-open' ? 'worse' : cell.state === 'forced-open' ? 'by-hand' : cell.mode === 'observe' ? '' : 'worst'];
  }
  if ('maxConcurrent' in cell) {
    const text = `${cell.running ?? 0} of ${cell.maxConcurrent} used${cell.waiting ? `, ${cell.waiting} queued` : ''}`;
    return [`${text}${would ? ` ${would}` : ''}`, rejected ? 'worst' : cell.waiting ? 'worse' : ''];
  }
  if ('limit' in cell) return [`${cell.available ?? 0} free of ${cell.limit}${cell.waiting ? `, ${cell.waiting} wait` : ''}${would ? ` ${would}` : ''}`, rejected ? 'worst' : ''];
  // What was before the circuit opened, or closed, is another state.
  if (justChanged(row)) return [DASH, 'off'];
  if (key === 'retry') {
    const more = cell.denied ? `${rate(cell.denied)}/s denied` : cell.failed ? `${rate(cell.failed)}/s fail` : cell.budget < FULL_BUDGET ? budgetWords(cell) : '';
    return [[cell.calls ? `${rate(cell.calls)}/s` : NO_RATE, more].filter(Boolean).join(', '), cell.denied || cell.failed || cell.budget < RETRY_COST ? 'worse' : cell.calls ? '' : 'off'];
  }
  if (key === 'timeout') return [cell.failed ? `${rate(cell.failed)}/s` : would || rejected || NO_RATE, cell.failed || rejected ? 'worse' : would ? '' : 'off'];
  return [cell.denied ? `${rate(cell.calls || 0)} / ${rate(cell.denied)}/s` : cell.calls ? `${rate(cell.calls)}/s` : NO_RATE, cell.failed || cell.denied ? 'worse' : cell.calls ? '' : 'off'];
}

// ---- head

export function showHead({head, problems, names}, now, live) {
  const {level, text, parts = [{text, level}], others} = headline({head, problems, names}, now);
  say($('application'), head.application);
  say($('node'), `${head.node}${head.fleet ? '' : ', this process only'}`);
  sayParts($('headline-text'), live ? '' : `As of ${clock(now)}: `, parts, level, others ? '.' : '', problems.length - 1);
  say($('headline-others'), others ?? '');
  dress($('headline'), level);
  say($('clock'), `${live ? 'updated' : 'not live, as of'} ${zonedClock(now)}`);
  const number = level => problems.filter(problem => problem.level === level).length;
  say($('summary'), `${number('rejecting')} of ${head.names} names reject calls, ${number('failing')} fail, ${number('forced')} forced open, ${number('warning')} with a warning`);
  document.title = `${live ? '' : `As of ${clock(now)}: `}${problems.length ? `(${problems.length}) ` : ''}${head.application} – Resilience`;
  $('fleet').hidden = !head.fleet;
  if (head.fleet) {
    const {nodes, viewAge, degraded} = head.fleet, age = viewAge < 60 ? `${viewAge.toFixed(1)}\u00a0s` : span(viewAge * 1_000);
    const view = viewAge !== undefined ? `, view ${age} old` : nodes ? '' : ', no view yet';
    say($('fleet'), `Fleet: ${nodes === 1 ? '1 node' : `${nodes} nodes`}${view}${degraded ? ', store away: shares are local' : ''}`);
  }
}

/**
 * A sentence of which each part is as bad as it is, with its mark; not anew if it is the same, so that it is read out once.
 *
 * @param rest how many problems there are after the first: that is what there is room for on a phone
 */
function sayParts(target, before, parts, level, after, rest) {
  // On a phone, nothing may follow a semicolon.
  const wanted = parts.map((part, index) => [`${index ? '' : before}${part.text}`, index < parts.length - 1 ? '; ' : after, `part part-${part.level}${part.level === level ? '' : ' other'}`]);
  if (rest > 0 && parts.length > 1) wanted.push([`${rest} more ${rest === 1 ? 'problem' : 'problems'}`, '', 'part narrow-only other']);
  if (target.childElementCount === wanted.length && wanted.every(([text, joint, className], index) => target.children[index].textContent === text + joint && target.children[index].className === className)) return;
  target.replaceChildren(...wanted.map(([text, joint, className]) => {
    const part = element('span', text, className);
    if (joint) part.append(element('span', joint, 'joint'));
    return part;
  }));
}

// ---- problems

const cards = new Map();
let allProblems = false;

/** Durations are those at the time of the answer, which the head has; only the time to a trial goes on. */
export function showProblems(body, now, asOf, operate, writable, live) {
  const {head, problems, names} = body;
  const rows = new Map(names.map(row => [row.name, row])), seen = new Set();
  const shown = allProblems ? problems : problems.slice(0, SHOWN);
  $('trouble').hidden = !problems.length;
  let next = $('problems').firstElementChild;
  const mayMove = !$('problems').contains(document.activeElement);
  for (const problem of shown) {
    seen.add(problem.name);
    if (!cards.has(problem.name)) {
      cards.set(problem.name, card());
      $('problems').append(cards.get(problem.name).node);
    }
    const each = cards.get(problem.name);
    each.show(problem, rows.get(problem.name) ?? {}, now, operate, writable, body, asOf, seen.size <= SPELLED, live);
    if (each.node === next) next = next.nextElementSibling;
    else if (mayMove) $('problems').insertBefore(each.node, next);
  }
  for (const [name, each] of cards) if (!seen.has(name)) { each.node.remove(); cards.delete(name); }
  $('more').hidden = problems.length <= SHOWN;
  say($('more'), allProblems ? 'Show the worst only' : `Show ${problems.length - SHOWN} more`);
  $('more').onclick = () => { allProblems = !allProblems; showProblems(body, now, asOf, operate, writable, live); };
}

/** A link that finds its field again where it is followed a second time: the address is then the same. */
function seeking(link, href) {
  if (href) link.href = href;
  link.onclick = () => { if (link.hash === location.hash) dispatchEvent(new Event('seek')); };
  return link;
}

/** Borders and padding of a card. */
const FRAME = 31;

function card() {
  const node = element('li'), top = element('div', undefined, 'title'), name = element('h3'), link = element('a'), words = element('p', undefined, 'words'), mark = element('span', '', 'mark'), what = element('span'), since = element('p', '', 'since'),
    why = element('ul', undefined, 'why'), numbers = element('p', '', 'soft note'), todo = element('ul', undefined, 'todo'), foot = element('div', undefined, 'foot');
  const trial = element('p', undefined, 'trial'), trialWords = element('span'), bar = svg('svg', {class: 'countdown', viewBox: '0 0 100 6', preserveAspectRatio: 'none', 'aria-hidden': true});
  const waited = svg('rect', {class: 'waited', height: 6}), past = element('div', undefined, 'past'), views = element('p', undefined, 'views'), acts = element('div', undefined, 'acts');
  const impact = element('p', undefined, 'effect'), impactWords = element('span'), facts = element('div', undefined, 'facts'), next = element('div'), reasons = element('div');
  impact.append(element('b', 'Effect: '), impactWords);
  next.append(todo, trial);
  reasons.append(why, numbers);
  facts.append(next, reasons);
  bar.append(svg('rect', {class: 'track', width: 100, height: 6}), waited);
  trial.append(trialWords, bar);
  name.append(link);
  words.append(mark, what);
  top.append(name, words, since);
  acts.setAttribute('role', 'group');
  foot.append(views, acts);
  node.append(top, past, impact, facts, foot);
  let offered = '', shown = '', links = [];
  return {
    node,
    show(problem, row, now, operate, writable, {head, changes, names}, asOf, inHead, live) {
      const [worst] = problem.causes, lasts = initial(sinceWords(problem, row, head, asOf)), outcome = effect(problem, row, asOf);
      dress(node, `problem ${problem.level}`);
      say(link, problem.name);
      link.href = hrefOf({name: problem.name, tab: ''});
      say(mark, `${MARKS[problem.level]} `);
      // The head has the sentence of the first ones.
      say(what, inHead && lasts ? lasts : heading(problem, row, asOf, head));
      put(since, inHead ? '' : lasts);
      say(impactWords, outcome);
      impact.hidden = !outcome;
      list(why, because(problem, row, asOf, {changes, names, head}));
      put(numbers, figures(problem, row, asOf, head));
      const field = adviceField(problem, row, asOf, {changes, head}), settings = field && hrefOf(field.tab ? {name: problem.name, tab: field.tab} : {name: problem.name, tab: 'settings', field: `${field.pattern}.${field.setting}`}), word = field && (field.word ?? field.setting);
      list(todo, advice(problem, row, asOf, {names, changes, head}).map(text => ({text, link: field && text.includes(` ${word} `) ? {word, href: settings} : null})));
      countDown(worst, trialOf(problem, row), now, live);
      drawPast(row, head, asOf, beganAt(problem, row, head, asOf), live);
      offer(problem, operate, writable, Boolean(field?.setting));
      for (const [view, tab] of links) view.href = tab === 'settings' && field?.setting && settings || hrefOf({name: problem.name, tab});
    },
  };

  function put(target, text) {
    say(target, text);
    target.hidden = !text;
  }

  function list(target, lines) {
    lines.forEach(({text, full, bold, link}, index) => {
      if (!target.children[index]) target.append(element('li'));
      if (link) lead(target.children[index], text, link); else say(target.children[index], text);
      dress(target.children[index], bold ? 'bold' : '');
      if (target.children[index].title !== (full ?? '')) target.children[index].title = full ?? '';
    });
    while (target.children.length > lines.length) target.lastElementChild.remove();
  }

  /** A text of which one word leads to what it names. */
  function lead(target, text, {word, href}) {
    if (target.textContent === text && target.querySelector('a')?.getAttribute('href') === href) return;
    const at = text.indexOf(` ${word} `) + 1;
    target.replaceChildren(text.slice(0, at), seeking(element('a', word), href), text.slice(at + word.length));
  }

  /** Links that only show something, and apart from them buttons that change production. */
  function offer({name, causes: [{kind, pattern, action}]}, operate, writable, needsSettings) {
    const wanted = `${pattern} ${kind} ${needsSettings} ${writable}`;
    if (wanted === offered) return;
    offered = wanted;
    const known = ['switch-on', 'switch-off', ...patterns.find(({key}) => key === pattern)?.actions ?? []];
    const all = OFFERED[kind] ?? [action], lead = needsSettings ? 'settings' : LEADING[kind];
    links = Object.keys(VIEWS).sort((one, other) => (other === lead) - (one === lead)).map(tab => {
      const view = seeking(element('a', VIEWS[tab]));
      view.append(element('span', ` of ${name}`, 'hidden'));
      return [view, tab];
    });
    views.replaceChildren(...links.map(([view]) => view));
    acts.setAttribute('aria-label', `Change ${name}`);
    acts.replaceChildren(...all.filter(each => writable && known.includes(each)).map(each => {
      const made = button(BUTTONS[each], () => operate(pattern, name, each), `, ${name}`);
      made.className = RECOMMENDED[kind] === each ? 'strong' : '';
      return made;
    }));
    acts.hidden = !acts.childElementCount;
  }

  /** The samples of the lane that are known, until now, with an axis. */
  function drawPast(row, head, asOf, began, live) {
    const {lane} = row, {sampled, sampleSeconds, samples} = head, pixels = node.clientWidth - FRAME, key = `${lane} ${sampled} ${asOf} ${pixels} ${live}`;
    if (!lane || !sampled || key === shown) return;
    shown = key;
    const left = leftOut([lane], samples), first = unknown(lane), parts = drawn(row, head, asOf);
    const each = sampleSeconds * 1_000, from = Date.parse(sampled) - (samples - left) * each;
    const spread = lengthOf(parts) - left, groups = pixels < ROOM ? [] : withTrials(parts, pixels / Math.max(1, spread)).marks.filter(({to, count}) => count > 1 && to > left)
      .map(({from: one, to, count}) => ({from: Math.max(0, one - left) / spread, to: (to - left) / spread, count}));
    past.replaceChildren(laneOf(sampleSeconds, left, parts, pixels, from + (lengthOf(parts) - left) * each), axisOf(from, from + (lengthOf(parts) - left) * each, pixels, first ? (first - left) * each || 1 : 0, began, live, groups));
  }

  /** The bar fills until the trial. The clocks may differ by a second: no more is left than the whole wait. */
  function countDown({kind, lastOpened}, nextTrialTime, now, live) {
    const end = Date.parse(nextTrialTime ?? ''), whole = Math.ceil((end - Date.parse(lastOpened ?? '')) / 1_000);
    const rest = Math.ceil((end - now) / 1_000), left = whole > 0 ? Math.min(rest, whole) : rest;
    trial.hidden = kind !== 'open' || !nextTrialTime;
    bar.toggleAttribute('hidden', !(left > 0 && whole > 0));
    if (!(left > 0)) { say(trialWords, 'The next call is a trial anyway'); return; }
    if (whole > 0) waited.setAttribute('width', String(100 * (whole - left) / whole));
    say(trialWords, live ? `Next trial in ${span(left * 1_000)}` : `Next trial at ${clock(end)}`);
  }
}

// ---- table

const COLUMNS = [
  {key: 'name', label: 'Name'}, {key: 'state', label: 'History', of: '15 min', hint: 'The state over time, until now'},
  {key: 'calls', label: 'Calls/s', number: true, of: '10 s', hint: 'Calls that come, whether they are admitted or not; in the whole samples since the circuit opened, or closed again, if that was less than ten seconds ago'}, {key: 'failing', label: 'Failing', number: true, of: '10 s', hint: 'What share of the calls fails'}, {key: 'rejected', label: 'Rejected', number: true, of: '10 s', hint: 'What share of the calls is rejected'},
  {key: 'mean', label: 'Mean', number: true, of: '1 min', hint: 'How long attempts of the last minute took, or those since a problem began, on average; the wait for a permit is not in it'}, {key: 'worst', label: 'Worst', number: true, of: '≤ 3 min', hint: 'The longest attempt, as long as the meter registry keeps it: up to three minutes; none if no attempt ended in the time of Mean'},
  ...patterns.map(({key}) => ({key, pattern: true, of: OF[key] ?? '10 s', label: SHORT[key] ?? title(key)[0].toUpperCase() + title(key).slice(1), hint: HINTS[key]})),
];
/** The pixels of each column, so that it stays where it is while its text changes. Those of figures come first. */
const WIDTHS = {
  name: 150, state: 84, calls: 62, failing: 54, rejected: 66, mean: 64, worst: 74, 'circuit-breaker': 130, bulkhead: 150, retry: 130, timeout: 62, 'rate-limiter': 74, fallback: 62, hedge: 66,
};
/** The figures that no line of the table can do without. */
const BASIC = ['name', 'state', 'calls', 'failing', 'rejected'];
/** A strip is no wider, so that names and figures are close to one another. */
const WIDEST = 320;
/** Where there is no room for all figures: what most calls suffer from. */
const NOW = {key: 'now', label: 'Now', number: true, of: '10 s', hint: 'What most calls suffer from, or how many come in a second'};

/** Texts in pixels, as a bold cell has them; all digits are equally wide there. A canvas would not round glyphs as the page does. */
const measured = new Map();
function pixelsOf(text) {
  const like = text.replace(/\d/g, '0');
  if (!measured.has(like)) {
    const ruler = element('span', like, 'ruler');
    document.body.append(ruler);
    measured.set(like, Math.ceil(ruler.getBoundingClientRect().width));
    ruler.remove();
  }
  return measured.get(like);
}

/** What is beside the text of a cell: its padding, and a pixel for what is rounded. */
const BESIDE = {worst: 17}, PADDING = 9;
/** The longest text of each column so far, in pixels: a column becomes wider for it, and not narrower again as long as there are problems. */
let longest = new Map(), letters = '';

function measure(texts, problems, names) {
  // Letters are larger on a small screen.
  const {fontSize} = getComputedStyle(document.body), another = fontSize !== letters;
  if (another) measured.clear();
  letters = fontSize;
  if (another || !problems.length) longest = new Map();
  for (const of of texts) for (const [key, [text]] of of) longest.set(key, Math.max(longest.get(key) ?? 0, pixelsOf(text)));
  const words = matchMedia('(min-width: 1600px)').matches ? withoutWords : () => '';
  for (const row of names) longest.set('name', Math.max(longest.get('name') ?? 0, pixelsOf(`${row.name}${words(row)}`) + MARKED));
}
/** The pixels of a mark and the padding beside a name; and of a column of names, at most. */
const MARKED = 30, WIDEST_NAME = 300;

/** Which calls of a name are elsewhere, in words. */
const withoutWords = ({leftOut = []}) => leftOut.length ? ` without ${leftOut.map(each => shortMethod(each).split('.').at(-1)).join(', ')}` : '';

/** The least pixels of a column, of which neither the head nor a text is cut. */
const leastOf = ({key, label, pattern, number}) => pattern || number ? Math.max(pixelsOf(label), longest.get(key) ?? 0) + (BESIDE[key] ?? PADDING) : WIDTHS[key];

/** The columns of the causes, the worst problem's first. */
const causeColumns = problems => problems.flatMap(({change, causes: [{pattern} = {}]}) => [pattern, change === 'slow' && 'mean']).filter(Boolean);

/**
 * The columns that have room as a whole, in their order, and how wide each is. Those of causes come before others; where the
 * columns that are there are wider than their texts, they make room for those that are not.
 */
function fitting(all, width, causes) {
  const columns = new Map(all.map(column => [column.key, column])), wanted = causes.filter(key => columns.has(key)), must = [...BASIC, ...wanted.slice(0, 1)];
  const order = [...new Set(wanted.length ? [...BASIC, ...wanted, ...Object.keys(WIDTHS)] : Object.keys(WIDTHS))].filter(key => columns.has(key)), shown = new Map();
  let left = width;
  for (const key of order) {
    const least = leastOf(columns.get(key));
    if (least > left) {
      if (must.includes(key) || !wanted.length && columns.get(key).number) return {columns: [columns.get('name'), columns.get('state'), NOW], widths: null};
      break;
    }
    left -= least;
    shown.set(key, least);
  }
  // As wide as they usually are, if there is room for that.
  const wide = key => key === 'name' ? Math.min(WIDEST_NAME, Math.max(WIDTHS.name, longest.get('name') ?? 0)) : WIDTHS[key];
  const wish = new Map([...shown].map(([key, least]) => [key, Math.max(0, wide(key) - least)])), wishes = [...wish.values()].reduce((sum, each) => sum + each, 0), part = wishes ? Math.min(1, left / wishes) : 0;
  for (const [key, more] of wish) shown.set(key, shown.get(key) + Math.floor(more * part));
  shown.set('state', Math.min(WIDEST, shown.get('state') + Math.max(0, left - wishes)));
  return {columns: all.filter(({key}) => shown.has(key)), widths: shown};
}

const lines = new Map();
let laidOut = '', headers = [];

function layOut(present, attemptTimes, width, problems) {
  const all = COLUMNS.filter(({key, pattern}) => (!pattern || present.has(key)) && (attemptTimes || (key !== 'mean' && key !== 'worst')));
  const {columns, widths} = fitting(all, width, causeColumns(problems)), narrow = columns.includes(NOW), wanted = columns.map(({key}) => key).join();
  if (wanted !== laidOut) {
    laidOut = wanted;
    lines.forEach(line => line.node.remove());
    lines.clear();
    headers = columns.map(headOf);
    $('columns').replaceChildren(...headers.map(({cell}) => cell));
  }
  for (const {key, cell} of headers) {
    const wide = narrow ? {name: '9.75rem', now: '7.75rem'}[key] ?? '' : `${widths.get(key)}px`;
    if (cell.style.width !== wide) cell.style.width = wide;
  }
  return {columns, complete: columns.length === all.length};
}

function headOf({key, label, hint, number, of}) {
  const cell = element('th', undefined, [`col-${key}`, number && 'number'].filter(Boolean).join(' '));
  cell.scope = 'col';
  if (of) cell.dataset.of = of;
  const sort = button(label, () => {
    const now = read().sort, first = key === 'name' ? key : `-${key}`;
    write({sort: now === first ? (key === 'name' ? '-name' : key) : now.replace(/^-/, '') === key ? '' : first});
  });
  if (hint) sort.title = hint;
  cell.append(sort);
  return {key, cell};
}

/** What the cells of a line have, by their columns: each as text, how it is, and a hint. */
function textsOf(row, problem, now, asOf, live) {
  const texts = new Map(), put = (key, text, className, hint) => texts.set(key, [text, className, hint]);
  for (const {key} of patterns) {
    const [text, className] = row.cells[key] ? cellText(key, row.cells[key], now, row, problem, live) : ['', ''];
    const {budget, denied, calls: made = 0} = row.cells[key] ?? {};
    put(key, text, className, text === DASH ? `the last 10 s have calls from before the circuit ${lastDone(row)}` : budget === undefined ? key === 'hedge' && denied ? `${rate(made)}/s made, ${rate(denied)}/s denied` : text.length > 12 ? text : '' : `${text}; ${budgetLeft(budget)}`);
  }
  const level = levelOf(row), change = problem && explains(problem, row) ? problem.change : '', {before = {}, causes: [{since} = {}] = []} = problem ?? {}, then = since ? ` before ${dayClock(since, asOf)}` : ' before';
  const bad = part => !part ? '' : level === 'forced' ? 'by-hand' : row.calls && part < row.calls / 10 ? 'worse' : 'worst';
  const part = number => share(number, row.calls) || (number ? `${rate(number)}/s` : ''), shares = (key, number, counted) => {
    const [text, hint] = number ? [part(number), `${rate(number)} a second in ${period(row, problem)}`] : nothing(row, counted);
    put(key, text, bad(number), hint);
  };
  put('calls', row.calls ? `${perSecond(row.calls)}${row.seconds ? ` (${row.seconds}\u00a0s)` : ''}` : row.lane && COUNT_CALLS.some(key => key in row.cells) ? ZERO : DASH, change === 'flood' ? 'cause' : '',
    change === 'flood' ? `${rate(before.calls)}/s${then}` : row.calls ? `in ${period(row, problem)}` : '');
  shares('failing', row.failed, ['circuit-breaker']);
  shares('rejected', row.rejected, COUNT_CALLS);
  const [count, total, longestAttempt] = row.attempts ?? [];
  const slower = row.slower && !row.slower.by ? row.slower : null;
  put('mean', count ? millis(total / count) : DASH, change === 'slow' || slower ? 'cause' : '', change === 'slow' ? `${millis(before.attemptMillis)}${then}` : slower ? `slower: ${millis(slower.attemptMillis)} instead of ${millis(slower.before)}` : count ? '' : 'no attempt has ended in that time');
  put('worst', longestAttempt ? millis(longestAttempt) : DASH);
  put('now', ...nowWords(problem, row));
  return texts;
}

function line(name, columns) {
  const node = element('tr'), rowHead = element('th'), state = element('span'), link = element('a', name), star = element('span', '', 'star'), without = element('span', '', 'soft without'), cells = new Map();
  rowHead.scope = 'row';
  star.setAttribute('aria-hidden', 'true');
  rowHead.append(state, link, star, without);
  node.append(rowHead);
  for (const {key, number} of columns.slice(1)) {
    const cell = element('td', undefined, [number && 'number', key === 'worst' && 'last'].filter(Boolean).join(' '));
    cells.set(key, {cell, base: cell.className});
    node.append(cell);
  }
  let lane = '';
  const put = (key, text, className, hint) => {
    const at = cells.get(key);
    if (!at) return;
    say(at.cell, text);
    dress(at.cell, className || text === ZERO || text === DASH ? `${at.base} ${className || 'off'}`.trim() : at.base);
    if (at.cell.title !== (hint ?? '')) at.cell.title = hint ?? '';
  };
  return {
    node, link,
    show(row, texts, head, chosen, left, asOf, pixels) {
      const level = levelOf(row);
      dress(state, `state ${level}`);
      if (!state.firstChild) state.append(element('span', '', 'hidden'));
      say(state.firstChild, `${levelWord(level)} `);
      dress(node, chosen ? 'chosen' : '');
      const href = hrefOf({name, tab: read().tab});
      if (link.getAttribute('href') !== href) link.setAttribute('href', href);
      const others = (row.leftOut ?? []).map(shortMethod), hint = others.length ? `${name} without ${others.join(', ')}, in the row of the instance that replaces one of its own` : name;
      say(star, others.length ? ' *' : '');
      say(without, withoutWords(row));
      if (rowHead.title !== hint) rowHead.title = hint;
      // As on the card. That of a healthy name, or one of which nothing is known, is only cut off elsewhere until the next sample.
      const strip = cells.get('state').cell, key = `${row.lane} ${level} ${left} ${pixels} ${row.states || row.level && isKnown(row) ? asOf : ''}`;
      if (key !== lane) {
        lane = key;
        strip.replaceChildren();
        if (row.lane) {
          const parts = drawn(row, head, asOf), box = element('div', undefined, 'strip');
          box.append(laneOf(head.sampleSeconds, left, parts, pixels, asOf), ...countsOf(parts, left, pixels));
          strip.append(box);
        }
      } else if (row.lane) {
        showUntil(strip.querySelector('.lane'), left, lengthOf(drawn(row, head, asOf)));
      }
      for (const [key, text] of texts) put(key, ...text);
    },
  };
}

/** So few rows have room for a larger height. */
const ROOMY = 20;

export function showTable({head, names, problems}, now, asOf, live) {
  const troubles = new Map(problems.map(problem => [problem.name, problem]));
  const texts = new Map(names.map(row => [row.name, textsOf(row, troubles.get(row.name), now, asOf, live)]));
  measure(texts.values(), problems, names);
  const focused = [...lines].find(([, {node}]) => node.contains(document.activeElement))?.[0];
  const chosen = read(), {columns, complete} = layOut(new Set(names.flatMap(row => Object.keys(row.cells))), head.attemptTimes, $('names').clientWidth, problems);
  for (const {key, cell} of headers) {
    const order = chosen.sort === key ? 'ascending' : chosen.sort === `-${key}` ? 'descending' : null;
    if (order) cell.setAttribute('aria-sort', order); else cell.removeAttribute('aria-sort');
  }
  const left = leftOut(names.flatMap(({lane}) => lane ? [lane] : []), head.samples);
  headers.find(({key}) => key === 'state').cell.dataset.of = left && head.sampled ? `from ${clock(Date.parse(head.sampled) - (head.samples - left) * head.sampleSeconds * 1_000)}` : '15\u00a0min';
  // Once for all rows: each time, the browser would lay out what has changed since.
  const pixels = headers.find(({key}) => key === 'state').cell.clientWidth || 120;
  const wantedRows = arranged([...names], chosen), wanted = [], used = new Set();
  for (const [group, rows] of grouped(wantedRows, chosen.group)) {
    if (group) {
      const key = `group ${group}`;
      used.add(key);
      if (!lines.has(key)) {
        const node = element('tr', undefined, 'group'), cell = element('th');
        cell.scope = 'rowgroup';
        cell.colSpan = columns.length;
        node.append(cell);
        lines.set(key, {node});
      }
      say(lines.get(key).node.firstChild, `${chosen.group === 'pattern' ? title(group) : group} (${rows.length})`);
      wanted.push(lines.get(key).node);
    }
    for (const row of rows) {
      const key = `name ${group} ${row.name}`;
      used.add(key);
      if (!lines.has(key)) lines.set(key, line(row.name, columns));
      lines.get(key).show(row, texts.get(row.name), head, row.name === chosen.name, left, asOf, pixels);
      wanted.push(lines.get(key).node);
    }
  }
  for (const [key, {node}] of lines) if (!used.has(key)) { node.remove(); lines.delete(key); }
  arrange(wanted);
  // Where the columns are others, so are the lines.
  if (focused && !lines.get(focused)?.node.contains(document.activeElement)) lines.get(focused)?.link?.focus({preventScroll: true});
  $('names').classList.toggle('roomy', wanted.length <= ROOMY);
  $('legend-star').hidden = !names.some(({leftOut: others}) => others?.length);
  const absent = head.names - names.length;
  say($('count'), `${wantedRows.length === names.length ? `${names.length} names` : `${wantedRows.length} of ${names.length} names`}${complete ? '' : '; columns without room are in the panel of each name'}${absent > 0 ? `; ${absent} healthy and quiet ones are left out` : ''}${head.attemptTimes ? '' : '; attempt times are off: set resilience.observations.enabled'}`);
  $('none').hidden = wantedRows.length > 0 || !names.length;
  say($('none'), `No name matches the filter.${absent > 0 && chosen.q ? ` Of all names, ${absent} healthy and quiet ones are left out: press Enter to open the one that is called exactly so.` : ''}`);
}

/** The link that opens a name, in its row; without one, the table. */
export const linkOf = name => [...lines.values()].find(({link}) => link?.textContent === name)?.link ?? $('names');

/** A node that moves loses the focus, so the others are moved around the one that has it. */
function arrange(wanted) {
  const body = $('rows'), focused = wanted.find(node => node.contains(document.activeElement));
  let next = body.firstElementChild;
  for (const node of wanted) {
    if (node === focused) {
      while (next !== focused) {
        const away = next;
        next = next.nextElementSibling;
        body.append(away);
      }
    }
    if (node === next) next = next.nextElementSibling;
    else body.insertBefore(node, next);
  }
}

// ---- audit

/** States that an operator has brought about. Where one of them is the problem, the list is opened once. */
const BY_HAND = new Set(['forced-open', 'disabled']);
let auditOpened = false;

/** Times are those at the answer, as on the cards. */
export function showChanges(changes, asOf, problems, live) {
  if (!auditOpened && problems.some(({name, causes: [{kind}]}) => BY_HAND.has(kind) && changes.some(change => change.name === name))) {
    auditOpened = true;
    $('audit').open = true;
  }
  say($('audit-count'), changes.length ? `${changes.length}; the last one ${live ? `${span(passed(changes[0].time, asOf))} ago` : `at ${dayClock(changes[0].time, asOf)}`}` : 'nothing yet');
  const texts = changes.map(change => {
    const what = changedWords(change.before, change.after);
    const {until, ended, startersUntil, replaced = {}} = change, parts = Object.entries(replaced).map(([key, time]) => `, ${key} until ${dayClock(time, asOf)}`).join('');
    const lasts = `${parts}${ended ? `, until ${dayClock(ended, asOf)}` : until ? `, ${parts ? 'the rest ' : ''}until ${until}` : ''}${startersUntil ? `, also on nodes that start before ${dayClock(startersUntil, asOf)}` : ''}`;
    return `${dayClock(change.time, asOf)} ${change.principal ?? 'an unnamed operator'}: ${title(change.action)} ${title(change.pattern)} ${change.name}${change.scope === 'fleet' ? ' on all nodes' : ''}${what ? `: ${what}` : ''}${lasts}${change.reason ? `; reason: ${change.reason}` : ''}`;
  });
  const list = $('changes');
  texts.forEach((text, index) => {
    if (!list.children[index]) list.append(element('li'));
    say(list.children[index], text);
  });
  while (list.children.length > texts.length) list.lastElementChild.remove();
}
