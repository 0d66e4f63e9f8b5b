// The panel of one name: now, timeline, failures, settings, actions.

import {BY_RISK, EFFECTS, RECOMMENDED, FOR_ONE_NODE, changeSettings, operate} from './actions.js';
import {button, dress, element, say} from './element.js';
import {check, nameOf, writable} from './source.js';
import {read, write} from './state.js';
import {timeline} from './timeline.js';
import {MARKS, linkOf} from './view.js';
import {RETRY_COST, SPELLED, budgetWords, cause, changedWords, clock, dayClock, deniedSince, duration, failureGroups, formatWords, initial, levelOf, levelWord, mistakeOf, notCounted, plain, quiet, shortMethod, sinceWords, slowWords, title} from './words.js';

const $ = id => document.getElementById(id);
const TABS = {now: 'Now', timeline: 'Timeline', failures: 'Failures', settings: 'Settings', actions: 'Actions'};
let latest = Date.now(), sought = '', period, opened = '', drawn = '', found = null, opener = null, fleet = false, asked = () => {};

for (const [key, label] of Object.entries(TABS)) {
  const tab = button(label, () => write({tab: key === 'now' ? '' : key}));
  tab.id = `tab-${key}`;
  tab.setAttribute('role', 'tab');
  tab.setAttribute('aria-controls', 'view');
  $('tabs').append(tab);
}
$('tabs').onkeydown = event => {
  const step = {ArrowLeft: -1, ArrowRight: 1}[event.key], keys = Object.keys(TABS);
  if (!step) return;
  const next = keys[(keys.indexOf(read().tab || 'now') + step + keys.length) % keys.length];
  write({tab: next === 'now' ? '' : next});
  $(`tab-${next}`).focus();
};
$('close').onclick = () => write({name: '', tab: ''});
/** Wherever the focus is: it leaves the panel with some tabs. A question, and what is being written, end by themselves first. */
addEventListener('keydown', event => {
  if (event.key === 'Escape' && !event.defaultPrevented && !event.isComposing && read().name && !$('question').open && !isWritten(event.target)) write({name: '', tab: ''});
});
const isWritten = field => (field.type === 'search' && field.value) || drafts.has(`${opened} ${field.id}`);

/** How the opened name is, beside its title. */
export function showState({head, names, problems}, now, live) {
  const {name} = read();
  latest = now;
  if (!name) return;
  const row = names.find(each => each.name === name), problem = problems.find(each => each.name === name), level = problem?.level ?? (row ? levelOf(row) : '');
  period = row?.seconds || undefined;
  dress($('panel-state'), `soft ${problem ? level : ''}`);
  say($('panel-state'), `${live ? '' : `As of ${clock(now)}: `}${problem ? `${MARKS[level]} ${shortly(problem, row ?? {}, head, now, problems.indexOf(problem) < SPELLED)}` : !row ? '' : `${quiet(row) ? '–' : level === 'healthy' ? '●' : level === 'slower' ? '◔' : '○'} ${level === 'slower' ? initial(slowWords(row, now)) : levelWord(level)}`}`);
}

/** Below or beside the head, which has the sentence, only since when. */
const shortly = (problem, row, head, now, inHead) => (getComputedStyle($('head')).visibility === 'visible' && inHead && initial(sinceWords(problem, row, head, now))) || cause(problem, row, now, true, head);

/** Follows the address: opens, changes or closes the panel, and reads the name anew. */
export async function showPanel(hasFleet, changed) {
  fleet = hasFleet;
  asked = changed;
  const {name, tab} = read(), chosen = TABS[tab] ? tab : 'now';
  document.body.classList.toggle('split', Boolean(name));
  $('panel').hidden = !name;
  // Where there is no room for both, it is the main content.
  $('panel').setAttribute('role', getComputedStyle(document.querySelector('main')).visibility === 'hidden' ? 'main' : 'complementary');
  if (!name) {
    // Where the columns have changed, the rows are new; a link from elsewhere has no opener. Who is elsewhere stays there.
    const at = document.activeElement;
    if (opened && (!at || at === document.body || $('panel').contains(at))) (opener?.isConnected && opener !== document.body ? opener : linkOf(opened)).focus();
    opened = ''; drawn = ''; found = null;
    return;
  }
  const first = name !== opened;
  if (first) {
    opener = document.activeElement;
    opened = name; drawn = ''; found = null;
    scopes.clear();
    say($('panel-title'), name);
    say($('panel-state'), '');
    $('view').replaceChildren(element('p', 'Loading…'));
  }
  for (const key of Object.keys(TABS)) {
    $(`tab-${key}`).setAttribute('aria-selected', String(key === chosen));
    $(`tab-${key}`).tabIndex = key === chosen ? 0 : -1;
  }
  $('view').setAttribute('aria-labelledby', `tab-${chosen}`);
  if (first) $('panel-title').focus();
  try {
    const answer = await nameOf(name);
    if (read().name !== name) return; // another one was opened meanwhile
    found = answer;
    $('tabs').hidden = false;
  } catch (failed) {
    if (read().name !== name) return;
    drawn = '';
    $('tabs').hidden = failed.status === 404;
    $('view').replaceChildren(element('p', failed.status === 404 ? `There is no instance named “${name}”: it was removed, has not been created yet, or the address has a mistake. Choose a name in the table, or close this panel.` : `Could not be read: ${failed.message}`));
    return;
  }
  draw();
  seek();
}

addEventListener('seek', () => { sought = ''; if (found) seek(); });

/** Shows the field that the address names, once: then it may be left. */
function seek() {
  const {name, tab, field} = read(), wanted = tab === 'settings' && field ? `${name} ${field}` : '';
  if (wanted === sought) return;
  sought = wanted;
  document.querySelector('.sought')?.classList.remove('sought');
  const id = field.replace('.', '-'), row = wanted && $(`row-${id}`);
  if (!row) return;
  row.classList.add('sought');
  row.scrollIntoView({block: 'center'});
  ($(id) ?? row).focus({preventScroll: true});
}

function draw(force = false) {
  const chosen = TABS[read().tab] ? read().tab : 'now', form = chosen === 'settings' || chosen === 'actions';
  const now = `${chosen} ${form ? Object.entries(found.patterns).map(([key, {enabled, state}]) => [key, enabled, form && chosen === 'actions' ? state : '']).join() : JSON.stringify(found)}`;
  // A form is not drawn again while it is filled in, nor a chart while it is read.
  if (!force && (now === drawn || (chosen === 'settings' && drawn.startsWith('settings')) || $('view').querySelector('.chart:hover, .chart:focus, .values[open]'))) return;
  const top = $('view').scrollTop, focused = $('view').contains(document.activeElement) && document.activeElement.id;
  drawn = now;
  $('view').replaceChildren(...{now: nowOf, timeline: () => [timeline(found, period)], failures, settings, actions}[chosen]());
  $('view').scrollTop = top;
  if (focused) ($(focused) ?? $('view')).focus();
}

// ---- now

/** What a pattern does to the call, from its settings; what is not known is left out. */
function effect(key, detail) {
  const value = setting => { const found = detail?.settings?.[setting]?.value; return found === null || found === undefined ? '' : plain(found); };
  const number = (...names) => names.every(name => Number.isFinite(detail[name])) ? names.reduce((sum, name) => sum + detail[name], 0) : undefined;
  const words = (before, text, after = '') => text === '' || text === undefined ? '' : `${before}${text}${after}`;
  if (!detail) return '';
  if (detail.enabled === false && !detail.state) return 'switched off';
  switch (key) {
    case 'timeout': return words('gives up after ', value('duration'));
    case 'retry': return words('up to ', value('maxAttempts'), ' attempts');
    case 'circuit-breaker': return detail.state ? `${title(detail.state)}${detail.state === 'open' || detail.state === 'forced-open' ? ': rejects' : ''}` : '';
    case 'bulkhead': return [words('', number('syncActive', 'asyncActive'), words(' of ', number('maxConcurrent'), ' run') || ' run'), words('', number('syncQueued', 'asyncQueued'), ' wait')].filter(Boolean).join(', ');
    case 'rate-limiter': return [number('limit') !== undefined && detail.period ? `${detail.limit} per ${duration(String(detail.period))}` : '', words('', number('available'), ' left')].filter(Boolean).join(', ');
    case 'hedge': return words('second attempt after ', value('delay'));
    case 'fallback': return 'answers instead of failures';
    default: return '';
  }
}

/** Figures that are no news, or are in another tab. */
const ELSEWHERE = new Set(['settings', 'usedBy', 'recentEvents', 'lastFailures', 'forms', 'actions', 'lane', 'states', 'samples']);

/** Totals whose names have another meaning elsewhere on the page. */
const METRICS = {totalOpened: 'opened, also after a failed trial'};

function nowOf() {
  const parts = [element('h3', 'What a call goes through, outermost first')];
  const chains = Object.entries(found.chains ?? {});
  if (!chains.length) parts.push(element('p', 'No method or client: code calls it by itself.', 'soft'));
  for (const [method, links = []] of chains) {
    const label = element('p', shortMethod(method)), chain = element('ol', undefined, 'chain');
    label.title = method;
    for (const {pattern, name, enabled} of links) {
      const box = element('li', undefined, name === found.name ? 'here' : '');
      box.append(element('b', `${title(pattern)}${name === found.name ? '' : ` ${name}`}`), element('span', enabled === false ? 'switched off' : name === found.name ? effect(pattern, found.patterns[pattern]) : ''));
      chain.append(box);
    }
    const body = element('li');
    body.append(element('b', 'the method'));
    chain.append(body);
    parts.push(label, chain);
  }
  for (const [key, detail] of Object.entries(found.patterns)) {
    const list = element('dl');
    for (const [metric, value] of Object.entries(detail)) {
      if (ELSEWHERE.has(metric) || (metric === 'enabled' && value === true)) continue;
      if (metric === 'budget') { list.append(element('dt', 'retry budget'), element('dd', budgetWords(value, deniedSince(detail, found), latest), value < RETRY_COST ? 'worse' : '')); continue; }
      const why = notCounted(key, metric, value, detail.settings);
      if (why === '') continue;
      const words = METRICS[metric] ?? metric.replace(/^total/, '').replace(/([A-Z])/g, ' $1').trim().toLowerCase();
      list.append(element('dt', metric.startsWith('total') ? `${words}, since the start` : words), element('dd', why ? `– (${why})` : metric.endsWith('Time') && value ? dayClock(value, latest) : plain(value)));
    }
    parts.push(element('h3', title(key)), list);
  }
  return parts;
}

// ---- failures

function failures() {
  const groups = failureGroups(found.patterns);
  if (!groups.length) return [element('p', 'No failure is known. Circuit breakers keep their last five, retries those that they repeated.')];
  const parts = [element('p', 'Kept are the last five failures of a circuit breaker, and the last events of a retry: not all failures are here.', 'soft')];
  for (const {kind, lines} of groups) {
    const list = element('ol', undefined, 'failures');
    list.append(...lines.map(({time, where, message, text}) => {
      const item = element('li'), words = element('span', message);
      words.title = text;
      item.append(element('span', dayClock(time, latest), 'soft'), element('span', where), words);
      return item;
    }));
    parts.push(element('h3', `${kind} (${lines.length})`), list);
  }
  return parts;
}

// ---- settings

function settings() {
  const parts = readOnlyNotice();
  for (const [key, detail] of Object.entries(found.patterns)) parts.push(formOf(key, detail));
  return parts;
}

const readOnlyNotice = () => writable ? [] : [element('p', 'Changes are off. Set management.endpoint.resilience.access to unrestricted to allow them.', 'notice')];

/** What was chosen for the opened name: a form is drawn anew when the state changes. */
const scopes = new Map();

function scopeChoice(id) {
  const label = element('label', 'Applies to '), select = element('select');
  select.id = id;
  select.append(new Option('this process', 'node'), new Option('all nodes of the fleet', 'fleet'));
  select.value = scopes.get(id) ?? 'node';
  select.onchange = () => scopes.set(id, select.value);
  label.append(select);
  return {label, scope: () => fleet ? select.value : 'node'};
}

/** What was written and not applied: it is still there after another tab, or a step back. */
const drafts = new Map();

function formOf(key, detail) {
  const form = element('form'), group = element('fieldset'), fields = new Map(), {label, scope} = scopeChoice(`scope-${key}`);
  form.noValidate = true;
  group.append(element('legend', title(key)));
  for (const [setting, {value, origin}] of Object.entries(detail.settings)) {
    const row = element('div', undefined, 'setting'), shape = detail.forms.find(each => each.name === setting), id = `${key}-${setting}`;
    const text = value === null ? '' : plain(value);
    row.id = `row-${id}`;
    row.tabIndex = -1;
    if (!shape || !writable) {
      row.append(element('span', setting), element('span', plain(value)), element('span', origin, 'soft'));
      group.append(row);
      continue;
    }
    const name = element('label', setting), choices = shape.values.length ? shape.values : shape.format === 'true or false' ? ['true', 'false'] : null;
    const input = element(choices ? 'select' : 'input'), error = element('p', '', 'error'), hint = element('span', '', 'soft');
    name.htmlFor = id;
    input.id = id;
    if (choices) {
      if (shape.optional) input.append(new Option('none', ''));
      input.append(...choices.map(each => new Option(each, each)));
    } else {
      input.autocomplete = 'off';
      if (shape.optional) input.placeholder = 'none';
    }
    const draft = `${found.name} ${id}`;
    input.value = drafts.get(draft) ?? text;
    input.oninput = () => { if (input.value === text) drafts.delete(draft); else drafts.set(draft, input.value); };
    error.id = `${id}-error`;
    hint.id = `${id}-hint`;
    hint.textContent = `${formatWords(shape)}${origin}`;
    input.setAttribute('aria-describedby', `${hint.id} ${error.id}`);
    row.append(name, input, hint, error);
    group.append(row);
    fields.set(setting, {input, error, text});
  }
  if (writable) {
    const row = element('div', undefined, 'row'), submit = element('button', 'Preview changes');
    submit.append(element('span', ` of ${title(key)}`, 'hidden'));
    if (fleet) row.append(label);
    row.append(submit);
    group.append(row);
  }
  const general = element('p', '', 'error');
  general.setAttribute('role', 'alert');
  group.append(general);
  form.append(group);
  form.onsubmit = async event => {
    event.preventDefault();
    const changed = {}, preview = [];
    for (const [setting, {input, error, text}] of fields) {
      error.textContent = '';
      input.removeAttribute('aria-invalid');
      const now = input.value.trim();
      if (now !== text) { changed[setting] = now === '' ? null : now; preview.push(changedWords({[setting]: text || null}, {[setting]: now || null})); }
    }
    general.textContent = preview.length ? '' : 'Nothing is different yet.';
    if (!preview.length) return;
    try {
      await check(key, found.name, changed);
      if (!await changeSettings(key, found.name, changed, preview, scope())) return;
      for (const setting of Object.keys(changed)) drafts.delete(`${found.name} ${key}-${setting}`);
      found = await nameOf(found.name);
      draw(true);
      asked();
    } catch (failed) {
      const problems = failed.problems?.length ? failed.problems : [{error: failed.message}];
      for (const {setting, text: mistake} of problems.map(problem => mistakeOf(problem, Object.keys(changed)))) {
        const {input, error} = fields.get(setting) ?? {error: general};
        error.textContent = [error.textContent, mistake].filter(Boolean).join(' ');
        input?.setAttribute('aria-invalid', 'true');
      }
      form.querySelector('[aria-invalid]')?.focus();
    }
  };
  return form;
}

// ---- actions

/** The state that an action brings about; a reset also sets counts to zero. */
const MAKES = {'force-open': 'forced-open', disable: 'disabled', 'half-open': 'half-open'};

function actions() {
  const parts = readOnlyNotice();
  if (!writable) return parts;
  const {label, scope} = scopeChoice('scope-actions');
  if (fleet) parts.push(label);
  for (const [key, detail] of Object.entries(found.patterns)) {
    const off = detail.enabled === false, offered = [...detail.actions, off ? 'switch-on' : 'switch-off'].sort((a, b) => BY_RISK.indexOf(a) - BY_RISK.indexOf(b));
    parts.push(element('h3', title(key)));
    for (const action of offered) {
      const row = element('div', undefined, 'action'), words = title(action);
      // What it is already, it need not be made again.
      if (MAKES[action] === detail.state && detail.state) {
        row.append(element('span', initial(words), 'off'), element('span', `It is ${title(detail.state)} now.`, 'soft'));
        parts.push(row);
        continue;
      }
      const act = button(`${words[0].toUpperCase()}${words.slice(1)}`, async () => { if (await operate(key, found.name, action, scope())) asked(); }, ` ${title(key)} ${found.name}`);
      act.id = `do-${key}-${action}`;
      act.className = RECOMMENDED[off ? 'off' : detail.state] === action ? 'strong' : '';
      row.append(act, element('span', `${EFFECTS[action] ?? ''}${fleet && FOR_ONE_NODE.has(action) ? ' On this process only, whatever is chosen above.' : ''}`));
      parts.push(row);
    }
  }
  return parts;
}
