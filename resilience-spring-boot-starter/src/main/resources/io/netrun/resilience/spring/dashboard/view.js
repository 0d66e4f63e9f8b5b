// Head, problems, table and audit. Nodes are created once per name and updated in place, so that nothing flickers and the focus is kept.

import {BUTTONS, RISKY} from './actions.js';
import {button, dress, element, say, svg} from './element.js';
import {patterns} from './source.js';
import {arranged, grouped, hrefOf, levelOf, read, write} from './state.js';
import {advice, because, clock, drawn, duration, effect, failedFrom, figures, headline, lasting, laneWords, letterWord, millis, passed, quiet, rate, runs, share, shortMethod, span, title, zonedClock} from './words.js';

const $ = id => document.getElementById(id);
const SHOWN = 6;
const HEIGHTS = {o: [0, 12], f: [0, 12], r: [0, 12], h: [2, 8], w: [3, 6], a: [3, 6], c: [4, 4], d: [5, 2], x: [5, 2], '-': [5.5, 1]};
const MARKS = {rejecting: '■', failing: '▲', forced: '◆', warning: '◐'};
const SHORT = {'circuit-breaker': 'Breaker', 'rate-limiter': 'Limiter'};
const HINTS = {
  'circuit-breaker': 'State of the circuit, and the time to the next trial', retry: 'Retries a second, and what is denied, or fails after the last attempt, or is left of the budget',
  bulkhead: 'Permits in use, and calls that wait', timeout: 'Calls that timed out in a minute',
  'rate-limiter': 'Permits that are free', hedge: 'Hedges a second', fallback: 'Calls a second that reached the fallback',
};
/** What may be done about a problem, from what risks least. */
const OFFERED = {
  open: ['failures', 'half-open', 'reset'], 'half-open': ['failures', 'reset', 'force-open'], 'forced-open': ['half-open', 'reset'], disabled: ['reset'], off: ['switch-on'],
  flapping: ['failures', 'settings'], failing: ['failures', 'settings', 'force-open'], exhausted: ['settings', 'switch-off'],
};
/** More permits would not help against these. */
const NO_SETTINGS = new Set(['slow', 'flood']);
/** What opens the panel, and does nothing. */
const OPENS = {settings: 'Settings: see and change', failures: 'Failures: the last ones'};
/** A lane is not drawn shorter than two minutes. */
const SHORTEST = 24;

/** A lane as bars whose heights differ as well as their colours, from some sample until now. */
function laneOf(seconds, left, parts) {
  const samples = lengthOf(parts), made = svg('svg', {class: 'lane', preserveAspectRatio: 'none', role: 'img', 'aria-label': `Last 15 minutes: ${laneWords(parts, seconds)}`});
  let x = 0;
  showUntil(made, left, samples);
  for (const [letter, count] of parts) {
    const [y, height] = HEIGHTS[letter] ?? [0, 0];
    if (height) {
      const until = x + count >= samples ? count + LATER : count;
      const rect = svg('rect', {class: letter === '-' ? 'lane-none' : `lane-${letter}`, x, y, width: until, height});
      rect.append(svg('title', {}, letter === '-' ? 'no data' : `${letterWord(letter)}, ${span((samples - x) * seconds * 1_000)} ago, for ${span(count * seconds * 1_000)}`));
      made.append(rect);
    }
    x += count;
  }
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

/** The pattern is there, and nothing of it has happened lately. */
const NONE = 'none';

/** Calls came, and none had it: where a pattern counts that. Of a circuit that has just opened, it is not known yet. */
const ZERO = '0';
const zero = ({calls, failed, rejected, cells}, counted) => {
  const state = cells['circuit-breaker']?.state, unknown = !failed && !rejected && (state === 'open' || state === 'forced-open');
  return calls && !unknown && counted.some(key => key in cells) ? ZERO : '';
};

const perMinute = value => value ? `${rate(value * 60)}/min` : '';

/** The text of a cell, and whether it is bad. */
function cellText(key, cell, now) {
  const off = cell.enabled === false && !cell.state;
  if (off) return ['off', 'off'];
  const would = cell.mode === 'observe' ? `dry run${cell.wouldReject ? ` ${rate(cell.wouldReject)}/s` : ''}` : '';
  const rejected = cell.rejected ? `rejects ${rate(cell.rejected)}/s` : '';
  if (cell.state) {
    const left = cell.nextTrialTime ? Math.ceil((Date.parse(cell.nextTrialTime) - now) / 1_000) : 0;
    const text = `${title(cell.state)}${left > 0 ? `, trial in ${span(left * 1_000)}` : ''}${would ? `, ${would}` : ''}`;
    return [text, cell.state === 'closed' ? '' : cell.state === 'disabled' ? 'off' : cell.state === 'half-open' ? 'worse' : cell.state === 'forced-open' ? 'by-hand' : cell.mode === 'observe' ? '' : 'worst'];
  }
  if ('maxConcurrent' in cell) {
    const text = `${cell.running ?? 0} of ${cell.maxConcurrent} used${cell.waiting ? `, ${cell.waiting} wait` : ''}`;
    return [`${text}${would ? ` ${would}` : ''}`, rejected ? 'worst' : cell.waiting ? 'worse' : ''];
  }
  if ('limit' in cell) return [`${cell.available ?? 0} free of ${cell.limit}${cell.waiting ? `, ${cell.waiting} wait` : ''}${would ? ` ${would}` : ''}`, rejected ? 'worst' : ''];
  if (key === 'retry') {
    const text = [cell.calls ? `${rate(cell.calls)}/s` : '', cell.denied ? `${rate(cell.denied)}/s denied` : cell.failed ? `${rate(cell.failed)}/s fail` : cell.budget !== undefined ? `budget ${Math.floor(cell.budget)}` : ''].filter(Boolean).join(', ');
    return [text || NONE, cell.denied || cell.failed ? 'worse' : ''];
  }
  if (key === 'timeout') return [perMinute(cell.failed) || would || rejected || NONE, cell.failed || rejected ? 'worse' : ''];
  return [cell.calls ? `${rate(cell.calls)}/s` : cell.denied ? `${rate(cell.denied)}/s denied` : NONE, cell.failed || cell.denied ? 'worse' : ''];
}

// ---- head

export function showHead({head, problems, names}, now, serverTime) {
  const {level, text, others} = headline({head, problems, names}, now);
  say($('application'), head.application);
  say($('node'), `${head.node}${head.fleet ? '' : ', this process only'}`);
  say($('headline-text'), others ? `${text}.` : text);
  say($('headline-others'), others ? ` ${others}` : '');
  dress($('headline'), level);
  if (serverTime) say($('clock'), zonedClock(serverTime));
  const number = level => problems.filter(problem => problem.level === level).length;
  say($('summary'), `${number('rejecting')} of ${head.names} names reject calls, ${number('failing')} fail, ${number('forced')} forced open, ${number('warning')} with a warning`);
  document.title = `${problems.length ? `(${problems.length}) ` : ''}${head.application} – Resilience`;
  $('fleet').hidden = !head.fleet;
  if (head.fleet) {
    const {nodes, viewAge, degraded} = head.fleet;
    say($('fleet'), `Fleet: ${nodes === 1 ? '1 node' : `${nodes} nodes`}, ${viewAge ? `view ${duration(viewAge.replace(/(\.\d)\d*/, '$1'))} old` : 'no view yet'}${degraded ? ', store away: shares are local' : ''}`);
  }
}

// ---- problems

const cards = new Map();
let allProblems = false;

/** Durations are those at the time of the answer, which the head has; only the time to a trial goes on. */
export function showProblems(body, now, asOf, operate, writable) {
  const {head, problems, names} = body;
  const rows = new Map(names.map(row => [row.name, row])), seen = new Set();
  const shown = allProblems ? problems : problems.slice(0, SHOWN);
  let next = $('problems').firstElementChild;
  const mayMove = !$('problems').contains(document.activeElement);
  for (const problem of shown) {
    seen.add(problem.name);
    if (!cards.has(problem.name)) {
      cards.set(problem.name, card());
      $('problems').append(cards.get(problem.name).node);
    }
    const each = cards.get(problem.name);
    each.show(problem, rows.get(problem.name) ?? {}, now, operate, writable, body, asOf);
    if (each.node === next) next = next.nextElementSibling;
    else if (mayMove) $('problems').insertBefore(each.node, next);
  }
  for (const [name, each] of cards) if (!seen.has(name)) { each.node.remove(); cards.delete(name); }
  $('trouble').hidden = !problems.length;
  $('more').hidden = problems.length <= SHOWN;
  say($('more'), allProblems ? 'Show the worst only' : `Show ${problems.length - SHOWN} more`);
  $('more').onclick = () => { allProblems = !allProblems; showProblems(body, now, asOf, operate, writable); };
}

function card() {
  const node = element('li'), top = element('div', undefined, 'title'), name = element('h3'), link = element('a'), users = element('span', '', 'soft'), words = element('p', '', 'words'), since = element('p'),
    why = element('ul', undefined, 'why'), numbers = element('p', '', 'soft'), todo = element('ul', undefined, 'todo'), actions = element('p', undefined, 'row');
  const trial = element('p', undefined, 'trial'), trialWords = element('span'), bar = svg('svg', {class: 'countdown', viewBox: '0 0 100 6', preserveAspectRatio: 'none', 'aria-hidden': true});
  const waited = svg('rect', {class: 'waited', height: 6}), past = element('div', undefined, 'past'), axis = element('p', undefined, 'axis'), from = element('span'), middle = element('span'), to = element('span', 'now');
  bar.append(svg('rect', {class: 'track', width: 100, height: 6}), waited);
  trial.append(trialWords, bar);
  axis.append(from, middle, to);
  name.append(link);
  top.append(name, users);
  node.append(top, words, since, why, numbers, trial, todo, past, actions);
  let offered = '', shown = '';
  return {
    node,
    show(problem, row, now, operate, writable, {head, changes, names}, asOf) {
      const [worst] = problem.causes, failed = failedFrom(problem, row, head, asOf);
      dress(node, `problem ${problem.level}`);
      say(link, problem.name);
      link.href = hrefOf({name: problem.name, tab: ''});
      say(users, problem.users.length ? `guarded: ${problem.users.map(shortMethod).join(', ')}${problem.moreUsers ? `, and ${problem.moreUsers} more` : ''}` : '');
      say(words, `${MARKS[problem.level]} ${effect(problem, row)}`);
      put(since, worst.since && worst.kind !== 'flapping' ? worst.periods > 1 ? `On and off since ${clock(worst.since)}, ${worst.periods} times` : `Since ${clock(worst.since)}, ${lasting(worst, asOf)}${failed ? `; calls failed from ${clock(failed)} on` : ''}` : '');
      list(why, because(problem, row, asOf, {changes, names, head}));
      put(numbers, figures(problem, row));
      list(todo, advice(problem, row, asOf, {names}).map(text => ({text})));
      countDown(worst, now);
      drawPast(row, head, asOf);
      offer(problem, operate, writable);
    },
  };

  function put(target, text) {
    say(target, text);
    target.hidden = !text;
  }

  function list(target, lines) {
    lines.forEach(({text, full, bold}, index) => {
      if (!target.children[index]) target.append(element('li'));
      say(target.children[index], text);
      dress(target.children[index], bold ? 'bold' : '');
      if (target.children[index].title !== (full ?? '')) target.children[index].title = full ?? '';
    });
    while (target.children.length > lines.length) target.lastElementChild.remove();
  }

  function offer({name, change, causes: [{kind, pattern, action}]}, operate, writable) {
    const wanted = `${pattern} ${kind} ${change} ${writable}`;
    if (wanted === offered) return;
    offered = wanted;
    const known = ['switch-on', 'switch-off', ...patterns.find(({key}) => key === pattern)?.actions ?? []];
    const timeline = button('Timeline', () => write({name, tab: 'timeline'}), ` of ${name}`);
    timeline.className = 'strong';
    actions.replaceChildren(timeline);
    for (const each of OFFERED[kind] ?? (kind === 'full' && NO_SETTINGS.has(change) ? [] : [action])) {
      if (OPENS[each]) actions.append(button(OPENS[each], () => write({name, tab: each}), ` of ${name}`));
      else if (writable && known.includes(each)) {
        const made = button(BUTTONS[each], () => operate(pattern, name, each), `, ${name}`);
        if (RISKY.has(each) || each === 'reset') made.className = 'risky';
        actions.append(made);
      }
    }
  }

  /** The samples of the lane that are known, until now, with an axis. */
  function drawPast(row, head, asOf) {
    const {lane} = row, {sampled, sampleSeconds, samples} = head, key = `${lane} ${sampled} ${asOf}`;
    if (!lane || key === shown) return;
    shown = key;
    const left = leftOut([lane], samples), first = unknown(lane), at = index => clock(Date.parse(sampled) - (samples - index) * sampleSeconds * 1_000);
    const parts = drawn(row, head, asOf), whole = lengthOf(parts);
    say(from, first ? `no data before ${at(first)}` : at(0));
    say(middle, at((left + whole) / 2));
    past.replaceChildren(laneOf(sampleSeconds, left, parts), axis);
  }

  /** The bar fills until the trial. The clocks may differ by a second: no more is left than the whole wait. */
  function countDown({kind, nextTrialTime, lastOpened}, now) {
    const end = Date.parse(nextTrialTime ?? ''), whole = Math.ceil((end - Date.parse(lastOpened ?? '')) / 1_000);
    const rest = Math.ceil((end - now) / 1_000), left = whole > 0 ? Math.min(rest, whole) : rest;
    trial.hidden = kind !== 'open' || !nextTrialTime;
    bar.toggleAttribute('hidden', !(left > 0 && whole > 0));
    if (!(left > 0)) { say(trialWords, 'The next call is a trial'); return; }
    if (whole > 0) waited.setAttribute('width', String(100 * (whole - left) / whole));
    say(trialWords, `Next trial in ${span(left * 1_000)}`);
  }
}

// ---- table

const COLUMNS = [
  {key: 'name', label: 'Name'}, {key: 'state', label: 'Last 15 minutes', hint: 'The state over time, until now'},
  ...patterns.map(({key}) => ({key, pattern: true, label: SHORT[key] ?? title(key)[0].toUpperCase() + title(key).slice(1), hint: HINTS[key]})),
  {key: 'calls', label: 'Calls/s', number: true}, {key: 'failing', label: 'Failing', number: true, hint: 'What share of the calls fails'}, {key: 'rejected', label: 'Rejected', number: true, narrow: true, hint: 'What share of the calls is rejected'},
  {key: 'mean', label: 'Mean', number: true, narrow: true, hint: 'How long attempts of the last minute took, or those since a problem began, on average'}, {key: 'worst', label: 'Worst', number: true, narrow: true, hint: 'The longest attempt, as long as the meter registry keeps it: usually for three minutes'},
];
const lines = new Map();
let laidOut = '', headers = [];

function layOut(present, attemptTimes) {
  const columns = COLUMNS.filter(({key, pattern}) => (!pattern || present.has(key)) && (attemptTimes || (key !== 'mean' && key !== 'worst')));
  const wanted = columns.map(({key}) => key).join();
  if (wanted === laidOut) return columns;
  laidOut = wanted;
  lines.forEach(line => line.node.remove());
  lines.clear();
  headers = columns.map(({key, label, hint, number, pattern, narrow}) => {
    const cell = element('th', undefined, [`col-${key}`, number && 'number', (pattern || narrow) && 'narrow-off'].filter(Boolean).join(' '));
    cell.scope = 'col';
    const sort = button(label, () => {
      const now = read().sort, first = key === 'name' ? key : `-${key}`;
      write({sort: now === first ? (key === 'name' ? '-name' : key) : now.replace(/^-/, '') === key ? '' : first});
    });
    if (hint) sort.title = hint;
    cell.append(sort);
    return {key, cell};
  });
  $('columns').replaceChildren(...headers.map(({cell}) => cell));
  return columns;
}

function line(name, columns) {
  const node = element('tr'), head = element('th'), state = element('span'), link = element('a', name), cells = new Map();
  head.scope = 'row';
  head.title = name;
  head.append(state, link);
  node.append(head);
  for (const {key, number, pattern, narrow} of columns.slice(1)) {
    const cell = element('td', undefined, [number && 'number', (pattern || narrow) && 'narrow-off'].filter(Boolean).join(' '));
    cells.set(key, {cell, base: cell.className});
    node.append(cell);
  }
  let lane = '';
  const put = (key, text, className, hint) => {
    const at = cells.get(key);
    if (!at) return;
    say(at.cell, text);
    dress(at.cell, className || text === NONE || text === ZERO ? `${at.base} ${className || 'off'}`.trim() : at.base);
    if (at.cell.title !== (hint ?? '')) at.cell.title = hint ?? '';
  };
  return {
    node, link,
    show(row, now, head, chosen, left, asOf) {
      const level = levelOf(row);
      dress(state, `state ${quiet(row) ? 'quiet' : level}`);
      if (!state.firstChild) state.append(element('span', '', 'hidden'));
      say(state.firstChild, `${quiet(row) ? 'no calls' : level} `);
      dress(node, chosen ? 'chosen' : '');
      const href = hrefOf({name, tab: read().tab});
      if (link.getAttribute('href') !== href) link.setAttribute('href', href);
      // As on the card. That of a healthy name is only cut off elsewhere until the next sample.
      const key = `${row.lane} ${row.level} ${left} ${row.level || row.states ? asOf : ''}`, strip = cells.get('state').cell;
      if (key !== lane) {
        lane = key;
        strip.replaceChildren(...(row.lane ? [laneOf(head.sampleSeconds, left, drawn(row, head, asOf))] : []));
      } else if (row.lane) {
        showUntil(strip.firstChild, left, lengthOf(drawn(row, head, asOf)));
      }
      for (const {key} of patterns) {
        const [text, className] = row.cells[key] ? cellText(key, row.cells[key], now) : ['', ''];
        const budget = row.cells[key]?.budget;
        put(key, text, className, budget === undefined ? text.length > 12 ? text : '' : `${text}; ${Math.floor(budget)} tokens are left in the budget`);
      }
      const bad = part => !part ? '' : level === 'forced' ? 'by-hand' : row.calls && part < row.calls / 10 ? 'worse' : 'worst';
      const part = number => share(number, row.calls) || (number ? `${rate(number)}/s` : ''), perSecond = number => number ? `${rate(number)} a second` : '';
      put('calls', rate(row.calls));
      put('failing', part(row.failed) || zero(row, ['circuit-breaker']), bad(row.failed), perSecond(row.failed));
      put('rejected', part(row.rejected) || zero(row, ['circuit-breaker', 'bulkhead', 'rate-limiter']), bad(row.rejected), perSecond(row.rejected));
      const [count, total, longest] = row.attempts ?? [];
      put('mean', count ? millis(total / count) : '');
      put('worst', longest ? millis(longest) : '');
    },
  };
}

export function showTable({head, names}, now, asOf) {
  const chosen = read(), columns = layOut(new Set(names.flatMap(row => Object.keys(row.cells))), head.attemptTimes);
  for (const {key, cell} of headers) {
    const order = chosen.sort === key ? 'ascending' : chosen.sort === `-${key}` ? 'descending' : null;
    if (order) cell.setAttribute('aria-sort', order); else cell.removeAttribute('aria-sort');
  }
  const left = leftOut(names.flatMap(({lane}) => lane ? [lane] : []), head.samples);
  const lanes = headers.find(({key}) => key === 'state').cell.firstChild;
  say(lanes, left ? `Since ${clock(Date.parse(head.sampled) - (head.samples - left) * head.sampleSeconds * 1_000)}` : 'Last 15 minutes');
  const fitting = arranged([...names], chosen), wanted = [], used = new Set();
  for (const [group, rows] of grouped(fitting, chosen.group)) {
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
      lines.get(key).show(row, now, head, row.name === chosen.name, left, asOf);
      wanted.push(lines.get(key).node);
    }
  }
  for (const [key, {node}] of lines) if (!used.has(key)) { node.remove(); lines.delete(key); }
  arrange(wanted);
  const absent = head.names - names.length;
  say($('count'), `${fitting.length === names.length ? `${names.length} names` : `${fitting.length} of ${names.length} names`}${absent > 0 ? `; ${absent} healthy and quiet ones are left out` : ''}${head.attemptTimes ? '' : '; attempt times are off: set resilience.observations.enabled'}`);
  $('none').hidden = fitting.length > 0 || !names.length;
  say($('none'), `No name matches the filter.${absent > 0 && chosen.q ? ` Of all names, ${absent} healthy and quiet ones are left out: press Enter to open the one that is called exactly so.` : ''}`);
}

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
export function showChanges(changes, asOf, problems) {
  if (!auditOpened && problems.some(({name, causes: [{kind}]}) => BY_HAND.has(kind) && changes.some(change => change.name === name))) {
    auditOpened = true;
    $('audit').open = true;
  }
  say($('audit-count'), changes.length ? `${changes.length}; the last one ${span(passed(changes[0].time, asOf))} ago` : 'nothing yet');
  const texts = changes.map(change => {
    const keys = [...new Set([...Object.keys(change.before), ...Object.keys(change.after)])];
    const what = keys.map(key => `${key} ${change.before[key] ?? 'none'} → ${change.after[key] ?? 'none'}`).join(', ');
    const until = change.action === 'force-open' || change.action === 'disable' ? ', until it is half-opened or reset' : change.action === 'settings' ? ', until the process ends' : '';
    return `${new Date(change.time).toLocaleString()} ${change.principal ?? 'an unnamed operator'}: ${title(change.action)} ${title(change.pattern)} ${change.name}${change.scope === 'fleet' ? ' on all nodes' : ''}${what ? `: ${what}` : ''}${until}${change.reason ? `; reason: ${change.reason}` : ''}`;
  });
  const list = $('changes');
  texts.forEach((text, index) => {
    if (!list.children[index]) list.append(element('li'));
    say(list.children[index], text);
  });
  while (list.children.length > texts.length) list.lastElementChild.remove();
}
