// What is shown of all that is known: filters, order, groups and the opened name, kept in the address.

import {levelOf} from './words.js';

const KEYS = ['q', 'state', 'pattern', 'group', 'sort', 'name', 'tab', 'field'];
const LEVELS = ['rejecting', 'failing', 'forced', 'warning', 'slower', 'observing', 'healthy', 'no-calls', 'not-measured'];

/** A field of the settings is only sought until something else is chosen. */
const changed = change => ({...read(), field: '', ...change});

export const read = () => {
  const found = new URLSearchParams(location.hash.slice(1));
  return Object.fromEntries(KEYS.map(key => [key, found.get(key) ?? '']));
};

/** Writes the address; with a step back, unless it only follows what is being typed. */
export function write(change, typing = false) {
  const next = changed(change), written = new URLSearchParams(KEYS.filter(key => next[key]).map(key => [key, next[key]]));
  const address = `${location.pathname}${location.search}${written.size ? `#${written}` : ''}`;
  if (address === `${location.pathname}${location.search}${location.hash}`) return;
  if (typing) history.replaceState(null, '', address);
  else history.pushState(null, '', address);
  dispatchEvent(new Event('address'));
}

export const hrefOf = change => {
  const next = changed(change);
  return `#${new URLSearchParams(KEYS.filter(key => next[key]).map(key => [key, next[key]]))}`;
};

/** Failing calls matter as much as rejected ones; among them, more matter more. */
const rank = row => Math.max(1, LEVELS.indexOf(levelOf(row))) - Math.min(0.9, ((row.failed ?? 0) + (row.rejected ?? 0)) / 10_000);

const VALUES = {
  name: row => row.name,
  state: row => -rank(row),
  calls: row => row.calls ?? -1,
  failing: row => row.calls && row.failed ? row.failed / row.calls : row.failed ? 0.5 : 0,
  rejected: row => row.calls && row.rejected ? row.rejected / row.calls : row.rejected ? 0.5 : 0,
  mean: row => row.attempts?.[0] ? row.attempts[1] / row.attempts[0] : -1,
  worst: row => row.attempts?.[2] ?? -1,
};
const STATES = ['closed', 'disabled', 'half-open', 'forced-open', 'open'];
/** The column of a pattern is in the order of what it shows: the state, the share of the permits that is taken, or how often it happens. */
const CELLS = {
  'circuit-breaker': ({state}) => STATES.indexOf(state),
  bulkhead: ({running = 0, waiting = 0, maxConcurrent}) => (running + waiting) / maxConcurrent,
  'rate-limiter': ({available = 0, waiting = 0, limit}) => (limit - available + waiting) / limit,
  timeout: ({failed = 0, rejected = 0}) => failed + rejected,
};
const often = ({calls = 0, denied = 0, failed = 0}) => calls + denied + failed;
const valueOf = key => VALUES[key] ?? (row => row.cells[key] ? (CELLS[key] ?? often)(row.cells[key]) || 0 : -1);

/** Numbers within names count as such: svc-2 comes before svc-10. */
const byText = new Intl.Collator(undefined, {numeric: true}).compare;

/** The rows that fit, in order: the worst first, unless another order was chosen. A minus sorts down. */
export function arranged(rows, {q, state, pattern, sort}) {
  const text = q.toLowerCase();
  const fitting = rows.filter(row => (!text || row.name.toLowerCase().includes(text) || row.classes?.some(each => each.toLowerCase().includes(text)))
    && (!state || levelOf(row) === state) && (!pattern || row.cells[pattern]));
  const down = sort.startsWith('-') ? -1 : 1, value = valueOf(sort.replace(/^-/, '') || 'state');
  const sign = sort ? down : -1;
  return fitting.sort((a, b) => {
    const x = value(a), y = value(b);
    return sign * (typeof x === 'string' ? byText(x, y) : x - y) || byText(a.name, b.name);
  });
}

/** The groups of some rows as [title, rows]; one row may be in several. */
export function grouped(rows, group) {
  if (!group) return [['', rows]];
  const groups = new Map();
  for (const row of rows) {
    const titles = group === 'class' ? row.classes ?? ['Without a protected class'] : Object.keys(row.cells);
    for (const each of titles) {
      if (!groups.has(each)) groups.set(each, []);
      groups.get(each).push(row);
    }
  }
  return [...groups].sort(([a], [b]) => byText(a, b));
}
