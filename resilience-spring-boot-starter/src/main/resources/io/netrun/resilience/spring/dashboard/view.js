// Head, problems, table and audit. Nodes are created once per name and updated in place, so that nothing flickers and the focus is kept.

import {button, dress, element, say, svg} from './element.js';
import {patterns} from './source.js';
import {arranged, grouped, hrefOf, levelOf, read, write} from './state.js';
import {clock, duration, headline, laneWords, letterWord, millis, rate, runs, share, shortMethod, span, title} from './words.js';

const $ = id => document.getElementById(id);
const SHOWN = 6;
const HEIGHTS = {o: [0, 12], f: [0, 12], r: [0, 12], h: [2, 8], w: [3, 6], c: [4, 4], d: [5, 2], x: [5, 2]};
const SHORT = {'circuit-breaker': 'Breaker', 'rate-limiter': 'Limiter'};
const HINTS = {
  'circuit-breaker': 'State of the circuit, and the time to the next trial', retry: 'Retries a second, and what is left of the budget',
  bulkhead: 'Running of all permits, and calls that wait', timeout: 'Calls that timed out in a minute',
  'rate-limiter': 'Permits left of all', hedge: 'Hedges a second', fallback: 'Calls a second that reached the fallback',
};
const ACTIONS = {reset: 'Reset', 'force-open': 'Force open', disable: 'Disable', 'switch-on': 'Switch on', 'switch-off': 'Switch off', settings: 'Settings…'};

/** A lane as bars whose heights differ as well as their colours. */
export function laneOf(lane, seconds) {
  const total = runs(lane).reduce((sum, [, count]) => sum + count, 0);
  const made = svg('svg', {class: 'lane', viewBox: `0 0 ${total || 1} 12`, preserveAspectRatio: 'none', role: 'img', 'aria-label': `Last 15 minutes: ${laneWords(lane, seconds)}`});
  let x = 0;
  for (const [letter, count] of runs(lane)) {
    const [y, height] = HEIGHTS[letter] ?? [0, 0];
    if (height) {
      const rect = svg('rect', {class: `lane-${letter}`, x, y, width: count, height});
      rect.append(svg('title', {}, `${letterWord(letter)}, ${span((total - x) * seconds * 1_000)} ago, for ${span(count * seconds * 1_000)}`));
      made.append(rect);
    }
    x += count;
  }
  return made;
}

const perMinute = value => value ? `${rate(value * 60)}/min` : '';

/** The text of a cell, and whether it is bad. */
function cellText(key, cell, now) {
  const off = cell.enabled === false && !cell.state;
  if (off) return ['off', 'off'];
  const would = cell.mode === 'observe' ? `dry run${cell.wouldReject ? ` ${rate(cell.wouldReject)}/s` : ''}` : '';
  const rejected = cell.rejected ? `rejects ${rate(cell.rejected)}/s` : '';
  if (cell.state) {
    const left = cell.nextTrialTime ? Math.ceil((Date.parse(cell.nextTrialTime) - now) / 1_000) : 0;
    const text = `${title(cell.state)}${left > 0 ? ` ${span(left * 1_000)}` : ''}${would ? `, ${would}` : ''}`;
    return [text, cell.state === 'closed' ? '' : cell.state === 'disabled' ? 'off' : cell.state === 'half-open' ? 'worse' : cell.mode === 'observe' ? '' : 'worst'];
  }
  if ('maxConcurrent' in cell) {
    const text = `${cell.running ?? 0}/${cell.maxConcurrent}${cell.waiting ? ` +${cell.waiting}` : ''}`;
    return [`${text}${would ? ` ${would}` : ''}`, rejected ? 'worst' : cell.waiting ? 'worse' : ''];
  }
  if ('limit' in cell) return [`${cell.available ?? 0}/${cell.limit}${cell.waiting ? ` +${cell.waiting}` : ''}${would ? ` ${would}` : ''}`, rejected ? 'worst' : ''];
  if (key === 'retry') {
    const text = [cell.calls ? `${rate(cell.calls)}/s` : '', cell.denied ? `denied ${rate(cell.denied)}/s` : '', cell.budget !== undefined ? `${Math.floor(cell.budget)} left` : ''].filter(Boolean).join(' ');
    return [text || '–', cell.denied || cell.failed ? 'worse' : ''];
  }
  if (key === 'timeout') return [perMinute(cell.failed) || would || rejected || '–', cell.failed || rejected ? 'worse' : ''];
  return [cell.calls ? `${rate(cell.calls)}/s` : cell.denied ? `denied ${rate(cell.denied)}/s` : '–', cell.failed || cell.denied ? 'worse' : ''];
}

// ---- head

export function showHead({head, problems}, now, serverTime) {
  const {level, text} = headline({head, problems}, now);
  say($('application'), head.application);
  say($('node'), head.node);
  say($('headline'), text);
  dress($('headline'), level);
  if (serverTime) say($('clock'), clock(serverTime));
  const rejecting = problems.filter(problem => problem.level === 'rejecting').length;
  say($('summary'), `${rejecting} of ${head.names} names reject calls, ${problems.length - rejecting} with a warning`);
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

export function showProblems({problems, names}, now, operate, writable) {
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
    each.show(problem, rows.get(problem.name) ?? {}, now, operate, writable);
    if (each.node === next) next = next.nextElementSibling;
    else if (mayMove) $('problems').insertBefore(each.node, next);
  }
  for (const [name, each] of cards) if (!seen.has(name)) { each.node.remove(); cards.delete(name); }
  $('trouble').hidden = !problems.length;
  $('more').hidden = problems.length <= SHOWN;
  say($('more'), allProblems ? 'Show the worst only' : `Show ${problems.length - SHOWN} more`);
  $('more').onclick = () => { allProblems = !allProblems; showProblems({problems, names}, now, operate, writable); };
}

function card() {
  const node = element('li'), name = element('h3'), link = element('a'), words = element('p', '', 'words'), why = element('p'),
    figures = element('p', '', 'soft'), users = element('p', '', 'soft'), actions = element('p', undefined, 'row');
  const ring = svg('svg', {class: 'ring', viewBox: '0 0 44 44', role: 'img'});
  const circle = {cx: 22, cy: 22, r: 18, pathLength: 100};
  const rest = svg('circle', {class: 'rest', ...circle, 'stroke-dasharray': 100, transform: 'rotate(-90 22 22)'}), number = svg('text', {x: 22, y: 26});
  ring.append(svg('circle', {class: 'track', ...circle}), rest, number);
  name.append(link);
  node.append(name, words, why, figures, users);
  let offered = '', whole = 0;
  return {
    node,
    show(problem, row, now, operate, writable) {
      const [worst, ...others] = problem.causes;
      dress(node, `problem ${problem.level}`);
      say(link, problem.name);
      link.href = hrefOf({name: problem.name, tab: ''});
      const since = worst.since ? `, since ${clock(worst.since)} (${span(now - Date.parse(worst.since))})` : '';
      const by = worst.by ? `, by ${worst.by}` : '';
      say(words, `${problem.level === 'rejecting' ? '■' : '◐'} ${worst.text}${since}${by}`);
      const failure = worst.lastFailure ? `last failure ${clock(worst.lastFailure.time)}: ${worst.lastFailure.thrown ?? worst.lastFailure.reason}` : '';
      const trial = worst.kind === 'open' && worst.nextTrialTime && Date.parse(worst.nextTrialTime) <= now ? 'the next call is a trial' : '';
      say(why, [worst.kind === 'forced-open' ? '' : worst.reason, trial, failure, ...others.map(each => `${title(each.pattern)}: ${each.text}`)].filter(Boolean).join('; '));
      const took = row.attempts?.[0] ? row.attempts : null, failing = share(row.failed, row.calls), rejected = share(row.rejected, row.calls);
      say(figures, row.calls === undefined
        ? worst.rate ? `${rate(worst.rate)} a second` : 'No calls in the last seconds'
        : [`${rate(row.calls)} calls/s`, failing && `${failing} fail`, rejected && `${rejected} rejected`,
          worst.kind === 'denied' && `${rate(worst.rate)}/s denied`, took && `attempts take ${millis(took[1] / took[0])}, worst ${millis(took[2])}`].filter(Boolean).join(', '));
      const others2 = problem.moreUsers ? `, and ${problem.moreUsers} more` : '';
      say(users, problem.users.length ? `Affects ${problem.users.map(shortMethod).join(', ')}${others2}` : '');
      countDown(worst.nextTrialTime, now);
      const wanted = `${worst.pattern} ${worst.action} ${writable}`;
      if (wanted !== offered) {
        offered = wanted;
        actions.replaceChildren();
        if (worst.action === 'settings') actions.append(button('Settings…', () => write({name: problem.name, tab: 'settings'}), ` of ${problem.name}`));
        else if (writable) actions.append(button(ACTIONS[worst.action] ?? worst.action, () => operate(worst.pattern, problem.name, worst.action), ` ${problem.name}`));
        const mayTry = worst.kind === 'open' && patterns.some(({key, actions: known}) => key === worst.pattern && known.includes('half-open'));
        if (writable && mayTry) actions.append(button('Half-open', () => operate(worst.pattern, problem.name, 'half-open'), ` ${problem.name}`));
        actions.append(button('Timeline', () => write({name: problem.name, tab: 'timeline'}), ` of ${problem.name}`));
        node.append(actions);
      }
    },
  };

  function countDown(trial, now) {
    const left = trial ? (Date.parse(trial) - now) / 1_000 : -1;
    if (left <= 0) { ring.remove(); whole = 0; return; }
    if (left > whole) whole = left;
    if (!ring.isConnected) node.append(ring);
    rest.setAttribute('stroke-dashoffset', String(100 - 100 * left / whole));
    const text = left < 100 ? `${Math.ceil(left)} s` : span(left * 1_000);
    if (number.textContent !== text) number.textContent = text;
    ring.setAttribute('aria-label', `Next trial in ${text}`);
  }
}

// ---- table

const COLUMNS = [
  {key: 'name', label: 'Name'}, {key: 'state', label: 'Last 15 minutes'},
  ...patterns.map(({key}) => ({key, pattern: true, label: SHORT[key] ?? title(key)[0].toUpperCase() + title(key).slice(1), hint: HINTS[key]})),
  {key: 'calls', label: 'Calls/s', number: true}, {key: 'failing', label: 'Failing', number: true}, {key: 'rejected', label: 'Rejected', number: true, narrow: true},
  {key: 'mean', label: 'Mean', number: true, narrow: true, hint: 'How long attempts take, on average'}, {key: 'worst', label: 'Worst', number: true, narrow: true, hint: 'The longest attempt of the last minutes'},
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
    const cell = element('th', undefined, [number && 'number', key === 'state' && 'lane-cell', (pattern || narrow) && 'narrow-off'].filter(Boolean).join(' '));
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
    const cell = element('td', undefined, [number && 'number', key === 'state' && 'lane-cell', (pattern || narrow) && 'narrow-off'].filter(Boolean).join(' '));
    cells.set(key, {cell, base: cell.className});
    node.append(cell);
  }
  let lane = null;
  const put = (key, text, className) => {
    const at = cells.get(key);
    if (!at) return;
    say(at.cell, text);
    dress(at.cell, className ? `${at.base} ${className}`.trim() : at.base);
  };
  return {
    node, link,
    show(row, now, seconds, chosen) {
      const level = levelOf(row);
      dress(state, `state ${level}`);
      if (!state.firstChild) state.append(element('span', '', 'hidden'));
      say(state.firstChild, `${level} `);
      dress(node, chosen ? 'chosen' : '');
      const href = hrefOf({name, tab: read().tab});
      if (link.getAttribute('href') !== href) link.setAttribute('href', href);
      if (row.lane !== lane) {
        lane = row.lane;
        cells.get('state').cell.replaceChildren(...(lane ? [laneOf(lane, seconds)] : []));
      }
      for (const {key} of patterns) {
        const [text, className] = row.cells[key] ? cellText(key, row.cells[key], now) : ['', ''];
        put(key, text, className);
      }
      put('calls', rate(row.calls));
      put('failing', share(row.failed, row.calls) || (row.failed ? `${rate(row.failed)}/s` : ''), row.failed ? 'worse' : '');
      put('rejected', row.rejected ? `${rate(row.rejected)}/s` : '', row.rejected ? 'worst' : '');
      const [count, total, longest] = row.attempts ?? [];
      put('mean', count ? millis(total / count) : '');
      put('worst', longest ? millis(longest) : '');
    },
  };
}

export function showTable({head, names}, now) {
  const chosen = read(), columns = layOut(new Set(names.flatMap(row => Object.keys(row.cells))), head.attemptTimes);
  for (const {key, cell} of headers) {
    const order = chosen.sort === key ? 'ascending' : chosen.sort === `-${key}` ? 'descending' : null;
    if (order) cell.setAttribute('aria-sort', order); else cell.removeAttribute('aria-sort');
  }
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
      lines.get(key).show(row, now, head.sampleSeconds, row.name === chosen.name);
      wanted.push(lines.get(key).node);
    }
  }
  for (const [key, {node}] of lines) if (!used.has(key)) { node.remove(); lines.delete(key); }
  arrange(wanted);
  const left = head.names - names.length;
  say($('count'), `${fitting.length === names.length ? `${names.length} names` : `${fitting.length} of ${names.length} names`}${left > 0 ? `; ${left} healthy and quiet ones are left out` : ''}${head.attemptTimes ? '' : '; attempt times are off: set resilience.observations.enabled'}`);
  $('none').hidden = fitting.length > 0 || !names.length;
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

export function showChanges(changes, now) {
  say($('audit-count'), changes.length ? `${changes.length}; the last one ${span(now - Date.parse(changes[0].time))} ago` : 'nothing yet');
  const texts = changes.map(change => {
    const keys = [...new Set([...Object.keys(change.before), ...Object.keys(change.after)])];
    const what = keys.map(key => `${key} ${change.before[key] ?? 'none'} → ${change.after[key] ?? 'none'}`).join(', ');
    const until = change.action === 'force-open' || change.action === 'disable' ? ', until it is reset' : change.action === 'settings' ? ', until the process ends' : '';
    return `${new Date(change.time).toLocaleString()} ${change.principal ?? 'someone without a principal'}: ${title(change.action)} ${title(change.pattern)} ${change.name}${change.scope === 'fleet' ? ' on all nodes' : ''}${what ? `: ${what}` : ''}${until}`;
  });
  const list = $('changes');
  texts.forEach((text, index) => {
    if (!list.children[index]) list.append(element('li'));
    say(list.children[index], text);
  });
  while (list.children.length > texts.length) list.lastElementChild.remove();
}
