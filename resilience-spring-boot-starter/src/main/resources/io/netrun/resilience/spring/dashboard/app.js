// The page: polls without overlap, and shows what the address asks for.

import {operate} from './actions.js';
import {say} from './element.js';
import {showPanel, showState} from './panel.js';
import {overview, patterns, writable} from './source.js';
import {read, write} from './state.js';
import {repaint} from './timeline.js';
import {showChanges, showHead, showProblems, showTable} from './view.js';
import {answeredAt, clock, steady, title} from './words.js';

const EVERY = 2_000, AT_MOST = 30_000;
const $ = id => document.getElementById(id);
const FIELDS = {text: 'q', level: 'state', pattern: 'pattern', group: 'group'};
let pausedAt = 0, last = null, process = '', ahead = 0, answered = 0, delay = EVERY, timer, asking = false, again = false, paused = false, failingSince = null;
/** Whether the page shows what is; otherwise all of it is as of the last answer, whose time it has. */
let live = true;

for (const {key} of patterns) $('pattern').add(new Option(title(key), key));

async function poll() {
  clearTimeout(timer);
  if (asking) { again = true; return; }
  if (paused || document.hidden) return;
  asking = true;
  try {
    const {body, serverTime} = await overview();
    ahead = difference(serverTime - Date.now());
    last = {...body, problems: steady(body.problems, last?.problems)};
    answered = answeredAt(body, serverTime);
    delay = EVERY; failingSince = null;
    live = !paused && !document.hidden;
    show();
    say($('connection'), paused ? pausedWords() : identity(body.head));
    if (read().name) await showPanel(Boolean(body.head.fleet), poll);
  } catch (failed) {
    failingSince ??= new Date();
    delay = Math.min(delay * 2, AT_MOST);
    say($('connection'), `Not reachable since ${clock(failingSince)}: ${failed.message}. The data below is outdated.`);
    freeze();
  } finally {
    asking = false;
    if (!paused && !document.hidden) timer = setTimeout(poll, again ? 0 : delay);
    again = false;
  }
}

/** How much the server's clock is ahead. Its answers have whole seconds, cut off: what is known stays if it fits. */
const difference = now => ahead >= now && ahead < now + 1_500 ? ahead : now;

/** Behind a load balancer, answers of several processes would be shown as one. */
function identity({node, started}) {
  const now = `${node} started ${clock(started)}`, before = process;
  process = now;
  return before && before !== now ? `Another process answered than before: ${now}, before ${before}. Open the page of one process through its own address.` : '';
}

function show() {
  const now = live ? Date.now() + ahead : answered;
  document.body.classList.toggle('frozen', !live);
  showHead(last, answered, live);
  showProblems(last, now, answered, act, writable, live);
  showTable(last, now, answered, live);
  showChanges(last.changes, answered, last.problems, live);
  showState(last, answered, live);
}

/** Nothing goes on, nor looks as if it did. */
function freeze() {
  live = false;
  if (last) show();
}

const pausedWords = () => `Paused at ${clock(pausedAt)}${last ? `. All of this page is as of ${clock(answered)}, until you resume.` : ', before the first answer.'}`;

async function act(pattern, name, action) {
  if (await operate(pattern, name, action)) poll();
}

function follow() {
  const chosen = read();
  for (const [id, key] of Object.entries(FIELDS)) if ($(id).value !== chosen[key]) $(id).value = chosen[key];
  // What filters is seen.
  if (Object.values(FIELDS).some(key => chosen[key])) { $('filter').classList.add('opened'); $('filters').setAttribute('aria-expanded', 'true'); }
  if (!last) return;
  showPanel(Boolean(last.head.fleet), poll);
  show();
}

for (const [id, key] of Object.entries(FIELDS)) $(id).oninput = () => write({[key]: $(id).value}, id === 'text');
$('filter').onsubmit = event => {
  event.preventDefault();
  const name = $('text').value.trim();
  if (name && !$('none').hidden) write({name, tab: ''});
};
$('skip').onclick = event => { event.preventDefault(); $('names').focus(); };
$('pause').onclick = () => {
  paused = !paused;
  pausedAt = Date.now() + ahead;
  say($('pause'), paused ? 'Resume updates' : 'Pause updates');
  $('pause').classList.toggle('strong', paused);
  if (paused) { say($('connection'), pausedWords()); freeze(); }
  poll();
};

const remembered = () => { try { return localStorage.getItem('resilience-theme'); } catch { return null; } };
$('theme').value = ['light', 'dark'].includes(remembered()) ? remembered() : 'system';
document.documentElement.dataset.theme = $('theme').value;
$('theme').onchange = () => {
  document.documentElement.dataset.theme = $('theme').value;
  repaint();
  try { localStorage.setItem('resilience-theme', $('theme').value); } catch { /* it then lasts as long as the page */ }
};

matchMedia('(prefers-color-scheme: dark)').addEventListener('change', repaint);

/** The columns that have room. */
let room = 0;
new ResizeObserver(() => {
  if (!last || room === $('names').clientWidth) return;
  room = $('names').clientWidth;
  show();
}).observe($('names'));
/** On a phone, what is asked for seldom is behind a button. */
for (const [id, at] of [['menu', 'head'], ['filters', 'filter']]) {
  $(id).onclick = () => $(id).setAttribute('aria-expanded', String($(at).classList.toggle('opened')));
}
addEventListener('address', follow);
addEventListener('popstate', follow);
addEventListener('hashchange', follow);
document.onvisibilitychange = () => { if (document.hidden) freeze(); poll(); };
setInterval(() => { if (last && live) show(); }, 1_000);
follow();
poll();
