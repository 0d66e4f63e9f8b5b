// The page: polls without overlap, keeps a tile per instance, filters and sorts them.

import {act, all, patterns} from './source.js';
import {say} from './element.js';
import {Tile} from './tile.js';
import {spaced, view} from './view.js';

const EVERY = 2_000, AT_MOST = 30_000;
const $ = id => document.getElementById(id);
const tiles = new Map();
let before = null, delay = EVERY, timer, asking = false, paused = false, failingSince = null;

for (const {key} of patterns) $('pattern').add(new Option(key.replaceAll('-', ' '), key));

async function poll() {
  clearTimeout(timer);
  if (asking || paused || document.hidden) return;
  asking = true;
  try {
    const {body, serverTime} = await all();
    show(body, performance.now(), serverTime);
    delay = EVERY; failingSince = null;
    say($('connection'), '');
  } catch (failed) {
    failingSince ??= new Date();
    delay = Math.min(delay * 2, AT_MOST);
    say($('connection'), `Not reachable since ${failingSince.toLocaleTimeString()}: ${failed.message}. The data below is outdated.`);
  } finally {
    asking = false;
    if (!paused && !document.hidden) timer = setTimeout(poll, delay);
  }
}

function show(body, time, serverTime) {
  const seen = new Set(), seconds = before ? (time - before.time) / 1000 : 0;
  const chains = chainsOf({...body.methods, ...body.clients});
  for (const pattern of patterns) {
    for (const [name, metrics] of Object.entries(body[pattern.section] ?? {})) {
      const key = `${pattern.key}/${name}`;
      seen.add(key);
      if (!tiles.has(key)) {
        const tile = new Tile(pattern, name, operate);
        tiles.set(key, tile);
        $('tiles').append(tile.node);
      }
      const last = before?.body[pattern.section]?.[name];
      const around = chains.get(key) ?? chains.get(key.split(':')[0]) ?? [], took = times(around, body.attempts, before?.body.attempts);
      tiles.get(key).show(view(pattern, metrics, last, seconds, serverTime, took), around);
    }
  }
  for (const [key, tile] of tiles) if (!seen.has(key)) { tile.remove(); tiles.delete(key); }
  showFleet(body.fleet);
  before = {body, time};
  arrange();
}

/** Present only if the process belongs to a fleet. Not announced: it changes with each poll. */
function showFleet(fleet) {
  $('fleet').hidden = !fleet;
  if (!fleet) return;
  const nodes = fleet.nodes === 1 ? '1 node' : `${fleet.nodes} nodes`;
  const view = fleet.viewAge ? `view ${spaced(fleet.viewAge)} old` : 'no view yet';
  say($('fleet'), `Fleet: ${nodes}, ${view}${fleet.degraded ? ', store away: shares are local' : ''}`);
}

/** The chains of methods and HTTP clients by the instances in them. */
function chainsOf(methods) {
  const chains = new Map();
  for (const [method, links] of Object.entries(methods)) {
    for (const key of new Set(links.map(({pattern, name}) => `${pattern}/${name}`))) {
      if (!chains.has(key)) chains.set(key, []);
      chains.get(key).push({method, links});
    }
  }
  return chains;
}

/** Durations of the attempts of some methods since the last poll, by method name without the package; null if they are not measured. */
function times(chains, now = {}, before = {}) {
  const methods = [...new Set(chains.map(({method}) => method.replace(/\(.*/, '').split('.').slice(-2).join('.')))].filter(method => method in now);
  if (!methods.length) return null;
  const sum = (from, key) => methods.reduce((total, method) => total + (from[method]?.[key] ?? 0), 0);
  const count = sum(now, 'count') - sum(before, 'count'), total = sum(now, 'totalMillis') - sum(before, 'totalMillis');
  return {mean: count > 0 ? total / count : null, max: Math.max(...methods.map(method => now[method].maxMillis))};
}

function arrange() {
  const text = $('text').value.toLowerCase(), pattern = $('pattern').value, level = $('level').value;
  const sorted = [...tiles.values()].sort((a, b) => a.rank - b.rank
    || a.name.localeCompare(b.name) || a.pattern.key.localeCompare(b.pattern.key));
  // A node that moves loses the focus, so tiles are not reordered while one of them has it.
  const mayMove = !$('tiles').contains(document.activeElement) || document.activeElement === $('tiles');
  let shown = 0, next = $('tiles').firstElementChild;
  for (const tile of sorted) {
    const fits = tile.name.toLowerCase().includes(text) && (!pattern || tile.pattern.key === pattern) && (!level || tile.level === level);
    if (tile.node.hidden === fits) tile.node.hidden = !fits;
    shown += fits;
    if (tile.node === next) next = next.nextElementSibling;
    else if (mayMove) $('tiles').insertBefore(tile.node, next);
  }
  const rejecting = sorted.filter(tile => tile.level === 'rejecting').length;
  say($('summary'), `${shown} of ${tiles.size} instances, ${rejecting} in total rejecting calls`);
  $('none').hidden = shown > 0 || tiles.size === 0;
}

/** Asks for confirmation before a change, and reports the result. */
function operate(pattern, name, words, change) {
  const dialog = $('question');
  $('question-title').textContent = `${words[0].toUpperCase()}${words.slice(1)}?`;
  $('question-text').textContent = `This takes effect at once on the ${pattern.key.replaceAll('-', ' ')} “${name}”.`;
  $('yes').textContent = words;
  dialog.returnValue = '';
  dialog.onclose = async () => {
    if (dialog.returnValue !== 'yes') return;
    say($('outcome'), '');
    try {
      await act(pattern.key, name, change);
      say($('outcome'), `Done: ${words} of ${name}.`);
    } catch (failed) {
      say($('outcome'), `Not done: ${words} of ${name}: ${failed.message}`);
    }
    poll();
  };
  dialog.showModal();
}

for (const id of ['text', 'pattern', 'level']) $(id).oninput = arrange;
$('filter').onsubmit = event => event.preventDefault();
$('pause').onclick = () => {
  paused = !paused;
  $('pause').setAttribute('aria-pressed', String(paused));
  poll();
};
document.onvisibilitychange = poll;
poll();
