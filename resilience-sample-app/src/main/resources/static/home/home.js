// The shop as a diagram: each arrow is a name of the overview, in its words; the buttons on it set the simulator's knobs.

import {briefly, cause, clock, headline, isSlower, levelOf, levelWord, millis, rate, share, span, trialOf, zonedClock} from '/actuator/resilienceui/words.js';

const $ = id => document.getElementById(id);
const EVERY = 1_000, AT_MOST = 15_000, TIMEOUT = 5_000, MEMORY = 10;

// The names of the shop's instances, and the simulated service behind them.
const ARROWS = [
  {name: 'payments', title: 'Payment provider', service: 'payments'},
  {name: 'recommendations', title: 'Recommendations', service: 'recommendations'},
  {name: 'ParcelCarrier.quote', title: 'Parcel carrier', service: 'parcel'},
  {name: 'BikeCarrier.quote', title: 'Bike carrier', service: 'bike'},
  {name: 'exchange-rates', title: 'Exchange rates', service: 'rates'},
  {name: 'settlement', title: 'Bookkeepers', service: 'ledger'},
  {name: 'database', title: 'Database'},
  {name: 'reports', title: 'Database: reports', press: {label: 'Send 8 at once', path: '/customers/reports'}},
];
const WELL = {failureRate: 0, latency: '20ms', failNext: 0, slowNext: 0};
const KNOBS = [['Works', WELL], ['Fails', {...WELL, failureRate: 1}], ['Slow', {...WELL, latency: '4s'}]];
/** Each with how many come, and up to how many it is still that. */
const CUSTOMERS = [['Nobody', 0, 0], ['A few', 2, 9], ['A crowd', 20, 20]];
const SIGNS = {rejecting: '■', failing: '▲', forced: '◆', warning: '◐', slower: '◔', observing: '○', healthy: '●', 'no-calls': '–', 'not-measured': '?'};
/** A name that the overview does not have: it has not been called yet. */
const NOTHING = {level: 'no-calls'};

function say(target, text) {
  if (target.textContent !== text) target.textContent = text;
}

function element(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

async function ask(path, change) {
  const options = change ? {method: 'POST', headers: {'Content-Type': 'application/json'}, body: JSON.stringify(change)} : {};
  const response = await fetch(path, {...options, signal: AbortSignal.timeout(TIMEOUT)});
  const body = await response.json().catch(() => ({}));
  if (!response.ok) throw new Error(body.detail ?? body.error ?? `${path} answered ${response.status}`);
  return {body, time: Date.parse(response.headers.get('Date') ?? '') || Date.now()};
}
const reasonOf = failed => failed.name === 'TimeoutError' ? `no answer in ${TIMEOUT / 1_000} s` : failed.message;

// ---- words

const perSecond = calls => calls ? `${rate(calls)}/s` : '';

/** What is wrong in the words of the dashboard, briefly on an arrow, and when it is tried again. */
function troubleOf(problem, row, now, head, words = cause) {
  const nextTrialTime = trialOf(problem, row), trial = nextTrialTime ? Date.parse(nextTrialTime) - now : 0;
  return `${words === cause ? cause(problem, row, now, true, head) : words(problem, row, now, head)}${trial > 0 ? `, trial in ${span(Math.ceil(trial / 1_000) * 1_000)}` : ''}`;
}

function ratesOf({calls = 0, failed = 0, rejected = 0}) {
  return [perSecond(calls), failed ? `${share(failed, calls) || perSecond(failed)} fail` : '', rejected ? `${share(rejected, calls) || perSecond(rejected)} rejected` : ''].filter(Boolean).join(', ');
}

/** What a service does at the moment, and which of its buttons that is. */
function conditionOf({failureRate, latency, failNext, slowNext}) {
  const slow = Number.parseInt(latency, 10) >= 1_000;
  const words = [failureRate ? `fail ${Math.round(failureRate * 100)} %` : '', slow ? `take ${Number.parseInt(latency, 10) / 1_000} s` : '', failNext ? `fail ${failNext} more` : '', slowNext ? `be slow ${slowNext} times more` : ''].filter(Boolean).join(', ');
  const pressed = !words ? 0 : failNext || slowNext ? -1 : failureRate === 1 && !slow ? 1 : slow && !failureRate ? 2 : -1;
  return {words, pressed};
}

// ---- the diagram

function knob(text, label, onclick) {
  const button = element('button', '', text);
  button.type = 'button';
  button.setAttribute('aria-label', label);
  button.onclick = async () => {
    try {
      await onclick();
      outcome(`Done: ${label}`, true);
    } catch (failed) {
      outcome(`${label} did not work: ${reasonOf(failed)}`, false);
    }
    poll();
  };
  return button;
}

function outcome(text, well) {
  $('outcome').className = well ? '' : 'failed';
  say($('outcome'), text);
}

function press(buttons, pressed) {
  buttons.forEach((button, index) => button.setAttribute('aria-pressed', String(index === pressed)));
}

/** Puts the line into a frame that has its head, which must not be stretched with it. */
function lineOf(arrow) {
  const frame = element('div', 'line-box');
  const line = $('visits').querySelector('.line');
  frame.append(arrow === $('visits') ? line : line.cloneNode(true));
  return frame;
}

function made({name, title, service, press: pressed}) {
  const item = element('li'), arrow = element('div', 'arrow no-calls'), words = element('p', 'words'), link = element('a', '', 'no calls yet'), rates = element('p', 'rates'),
    knobs = element('div', 'knobs'), box = element('div', 'box', title), condition = element('small');
  link.href = `/actuator/resilienceui#${new URLSearchParams({name})}`;
  words.append(link);
  const buttons = service ? KNOBS.map(([label, change]) => knob(label, `${title}: ${label.toLowerCase()}`, () => ask(`/simulator/${service}/knobs`, change))) : [];
  knobs.append(...buttons);
  if (service) {
    knobs.setAttribute('role', 'group');
    knobs.setAttribute('aria-label', title);
  }
  if (pressed) knobs.append(knob(pressed.label, `${title}: ${pressed.label}`, () => ask(pressed.path, {})));
  // The dashboard has this name.
  if (name.toLowerCase() !== title.toLowerCase()) box.append(element('small', 'name', name));
  box.append(condition);
  arrow.append(words, lineOf(arrow), rates, knobs);
  item.append(arrow, box);
  $('arrows').append(item);
  return {name, title, service, arrow, link, rates, buttons, box, condition};
}

const visits = $('visits');
const arrows = ARROWS.map(made);
visits.insertBefore(lineOf(visits), visits.querySelector('.rates'));
const visitors = CUSTOMERS.map(([label, number]) => knob(label, `Customers: ${label.toLowerCase()}${number ? `, ${number} a second` : ''}`, () => ask('/customers', {perSecond: number})));
visits.querySelector('.knobs').append(...visitors);

function dress(arrow, level, calls) {
  const classes = ['arrow', level, calls ? 'flowing' : '', calls >= 10 ? 'busy' : ''].filter(Boolean).join(' ');
  if (arrow.className !== classes) arrow.className = classes;
}

function showArrows({head, names, problems}, now) {
  const rows = new Map(names.map(row => [row.name, row])), troubles = new Map(problems.map(problem => [problem.name, problem]));
  for (const {name, title, arrow, link, rates} of arrows) {
    const row = rows.get(name) ?? NOTHING, trouble = troubles.get(name), level = trouble?.level ?? levelOf(row);
    dress(arrow, level, row.calls ?? 0);
    const words = trouble ? troubleOf(trouble, row, now, head, briefly) : level === 'observing' ? 'dry run' : level === 'slower' ? `slower, ${millis(row.slower.attemptMillis)} instead of ${millis(row.slower.before)}` : levelWord(level);
    say(link, `${SIGNS[level]} ${words}`);
    say(rates, ratesOf(row));
    link.setAttribute('aria-label', `${title}, ${name}: ${words}${rates.textContent ? `, ${rates.textContent}` : ''}`);
  }
  const others = problems.filter(({name}) => !arrows.some(each => each.name === name));
  $('elsewhere').hidden = !others.length;
  say($('elsewhere'), others.length ? `Elsewhere: ${others.slice(0, 5).map(problem => `${SIGNS[problem.level]} ${problem.name}: ${troubleOf(problem, rows.get(problem.name) ?? {}, now, head)}`).join('; ')}${others.length > 5 ? `, and ${others.length - 5} more` : ''}` : '');
}

function showHead(body, now, time) {
  const {head, problems} = body, number = level => problems.filter(problem => problem.level === level).length, {level, text, parts = [{text, level}], slower} = headline(body, now);
  sayParts($('headline'), slower ? [...parts, {text: slower, level: 'slower'}] : parts);
  $('headline').className = level;
  say($('summary'), problems.length ? `${number('rejecting')} of ${head.names} names reject calls, ${number('failing')} fail, ${number('forced')} forced open, ${number('warning')} with a warning` : text);
  say($('clock'), `updated ${zonedClock(time)}`);
}

/** Each part is as bad as it is, with its mark; not anew if it is the same, so that it is read out once. */
function sayParts(target, parts) {
  const wanted = parts.map((part, index) => [`${part.text}${index < parts.length - 1 ? '; ' : ''}`, `part-${part.level}`]);
  if (target.childElementCount === wanted.length && wanted.every(([text, className], index) => target.children[index].textContent === text && target.children[index].className === className)) return;
  target.replaceChildren(...wanted.map(([text, className]) => {
    const part = document.createElement('span');
    part.textContent = text;
    part.className = className;
    return part;
  }));
}

function showConditions(knobs) {
  for (const {service, buttons, box, condition} of arrows) {
    if (service && knobs[service]) {
      const {words, pressed} = conditionOf(knobs[service]);
      say(condition, words && `set to ${words}`);
      box.classList.toggle('set', Boolean(words));
      press(buttons, pressed);
    }
  }
}

/** So many milliseconds more are noticed. */
const NOTICEABLE = 50;

// The last answers about the customers; a rate is that of the last ten seconds, as in the overview.
const counts = [];

function showVisits(body, time) {
  if (counts.length && body.answered < counts.at(-1).answered) counts.length = 0;
  counts.push({...body, time});
  if (counts.length > MEMORY) counts.shift();
  const first = counts[0], seconds = Math.max(1, (time - first.time) / 1_000);
  const answered = (body.answered - first.answered) / seconds, failed = (body.failed - first.failed) / seconds;
  const mean = answered ? (body.totalMillis - first.totalMillis) / (body.answered - first.answered) : 0, slow = isSlower(mean, body.usualMillis) && mean - body.usualMillis >= NOTICEABLE;
  const level = failed >= answered / 10 && failed > 0 ? 'failing' : failed > 0 || slow ? 'warning' : 'healthy', nobody = !answered && !failed;
  dress(visits, nobody ? 'no-calls' : level, answered);
  say(visits.querySelector('.words'), nobody ? 'no customers' : level === 'healthy' ? `${SIGNS.healthy} healthy`
    : `${SIGNS[level]} ${[failed > 0 ? `${share(failed, answered)} get an error` : '', slow ? `slow, ${millis(mean)} instead of ${millis(body.usualMillis)}` : ''].filter(Boolean).join('; ')}`);
  say(visits.querySelector('.rates'), answered ? `${perSecond(answered)}, ${millis(mean)}` : '');
  press(visitors, CUSTOMERS.findIndex(([, , most]) => body.perSecond <= most));
  say($('come'), body.perSecond ? `${body.perSecond} a second` : answered ? 'from elsewhere' : '');
}

// ---- asking

let delay = EVERY, timer, asking = false, again = false, failingSince = null;

async function poll() {
  clearTimeout(timer);
  if (asking) { again = true; return; }
  if (document.hidden) return;
  asking = true;
  try {
    const [overview, knobs, customers] = await Promise.all([ask('/actuator/resilience/overview'), ask('/simulator/knobs'), ask('/customers')]);
    showArrows(overview.body, overview.time);
    showHead(overview.body, overview.time, overview.time);
    showConditions(knobs.body);
    showVisits(customers.body, performance.now());
    delay = EVERY; failingSince = null;
    say($('connection'), '');
  } catch (failed) {
    failingSince ??= new Date();
    delay = Math.min(delay * 2, AT_MOST);
    say($('connection'), `Not reachable since ${clock(failingSince)}: ${reasonOf(failed)}. The diagram is outdated.`);
  } finally {
    $('shop').classList.toggle('outdated', Boolean(failingSince));
    asking = false;
    if (!document.hidden) timer = setTimeout(poll, again ? 0 : delay);
    again = false;
  }
}
document.addEventListener('visibilitychange', poll);
poll();

// ---- the other sections

$('curl').textContent = $('curl').textContent.replaceAll('http://localhost:8080', location.origin);

async function show(request) {
  const started = performance.now();
  try {
    const response = await request, text = await response.text();
    const body = (response.headers.get('Content-Type') || '').includes('json') ? JSON.stringify(JSON.parse(text), null, 2) : text;
    $('answer').textContent = `${response.status} in ${Math.round(performance.now() - started)} ms\n${body}`;
  } catch (failed) {
    $('answer').textContent = `No answer: ${failed.message}`;
  }
  poll();
}

for (const {service, title} of arrows) if (service) $('service').add(new Option(title, service));
$('knobs').onsubmit = async event => {
  event.preventDefault();
  const label = $('service').selectedOptions[0].text;
  try {
    await ask(`/simulator/${$('service').value}/knobs`, {failureRate: Number($('rate').value), latency: $('latency').value});
    outcome(`Done: ${label}`, true);
  } catch (failed) {
    outcome(`${label} did not work: ${reasonOf(failed)}`, false);
  }
  poll();
};
$('heal').onclick = async () => {
  try {
    for (const {service} of arrows) if (service) await ask(`/simulator/${service}/knobs`, WELL);
    outcome('Done: all work again', true);
  } catch (failed) {
    outcome(`All work again did not work: ${reasonOf(failed)}`, false);
  }
  poll();
};
for (const button of document.querySelectorAll('button[data-path]')) {
  button.onclick = () => show(fetch(button.dataset.path, {
    method: button.dataset.method,
    ...(button.dataset.body ? {headers: {'Content-Type': 'application/json'}, body: button.dataset.body} : {}),
  }));
}

$('play').onclick = async () => {
  $('play').disabled = true; $('story').textContent = '';
  try {
    const started = await fetch('/demo', {method: 'POST'});
    const response = started.status === 409 ? await fetch('/demo/log') : started;
    if (!response.ok) throw new Error(`the answer was ${response.status}`);
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      $('story').append(part.value); $('story').scrollTop = $('story').scrollHeight;
    }
  } catch (failed) {
    $('story').append(`\nThe demo cannot be followed: ${failed.message}. It goes on if it has begun; /demo/log has its text.`);
  } finally { $('play').disabled = false; }
};
