// What an operator does: a question before, the outcome after.

import {dress, element, say} from './element.js';
import {act, hasPrincipal} from './source.js';
import {title} from './words.js';

const $ = id => document.getElementById(id);

export const EFFECTS = {
  reset: 'Closes the circuit and sets all its counts to zero: all calls go through at once, whether the service is well or not. Totals stay.',
  'half-open': 'The next calls are trials, which close the circuit or open it, also one that was forced open.',
  'force-open': 'All calls are rejected until the circuit is half-opened or reset.',
  disable: 'All calls are admitted and counted until the circuit is half-opened or reset. Nothing protects them.',
  resume: 'A pause that the dependency asked for ends now. Waiting calls go on at the rate of the limit.',
  'switch-off': 'Calls bypass it until it is switched on again.',
  'switch-on': 'It protects calls again.',
};
/** What the endpoint does on one node only: others that start later would do it as well. */
export const FOR_ONE_NODE = new Set(['half-open', 'resume']);
/** From the one that risks least. */
export const BY_RISK = ['half-open', 'switch-on', 'reset', 'disable', 'force-open', 'switch-off'];

/** What the advice recommends, by state: where it is to wait, or to look, nothing. */
export const RECOMMENDED = {'forced-open': 'half-open', disabled: 'reset', off: 'switch-on'};

/** The label of a button, with the effect. */
export const BUTTONS = {
  'half-open': 'Half-open: try a few calls now', 'switch-on': 'Switch on: protect calls again', reset: 'Reset: let all calls through',
  disable: 'Disable: let all calls through unprotected', 'force-open': 'Force open: reject all calls', 'switch-off': 'Switch off: let calls bypass it',
};
const changeOf = action => action === 'switch-off' ? {settings: {enabled: false}} : action === 'switch-on' ? {settings: {enabled: true}} : {action};

/** Names are remembered where the browser allows it. */
const remembered = () => { try { return localStorage.getItem('resilience-operator') ?? ''; } catch { return ''; } };
const remember = name => { try { localStorage.setItem('resilience-operator', name); } catch { /* it is asked for again */ } };

$('question-operator').hidden = hasPrincipal;
$('no').onclick = () => $('question').close('');

/** Asks, and returns who does it and why, as far as that is given; null if the answer was no. The dialog gives the focus back. */
export function confirmed(question, text, items, yes) {
  const dialog = $('question');
  $('question-title').textContent = question;
  $('question-text').textContent = text;
  $('question-list').replaceChildren(...items.map(item => element('li', item)));
  $('yes').textContent = yes;
  $('operator').value = hasPrincipal ? '' : remembered();
  $('reason').value = '';
  dialog.returnValue = '';
  return new Promise(answer => {
    dialog.onclose = () => {
      if (dialog.returnValue !== 'yes') { answer(null); return; }
      const operator = $('operator').value.trim(), reason = $('reason').value.trim();
      if (!hasPrincipal) remember(operator);
      answer({...operator && {operator}, ...reason && {reason}});
    };
    dialog.showModal();
  });
}

const where = scope => scope === 'fleet' ? 'This takes effect at once here, and soon on all nodes of the fleet.' : 'This takes effect at once, on this process only.';

/** How long settings last that are changed while the application runs. */
const lasts = scope => scope === 'fleet' ? 'It lasts until each process ends; those that start in the next seven days begin with it.' : 'It lasts until the process ends.';

/** An action after a question; returns whether it was done. */
export async function operate(pattern, name, action, chosen = 'node') {
  const words = title(action), scope = FOR_ONE_NODE.has(action) ? 'node' : chosen;
  const given = await confirmed(`${words[0].toUpperCase()}${words.slice(1)} ${title(pattern)} “${name}”?`, `${EFFECTS[action] ?? ''} ${where(scope)}`, [], `${words[0].toUpperCase()}${words.slice(1)}`);
  if (!given) return false;
  return report(`${words} of ${title(pattern)} ${name}`, () => act(pattern, name, {...scoped(changeOf(action), scope), ...given}));
}

/** Settings, after a preview of what changes. Throws what the endpoint reports about a mistake. */
export async function changeSettings(pattern, name, settings, preview, scope = 'node') {
  const given = await confirmed(`Change settings of ${title(pattern)} “${name}”?`, `${where(scope)} ${lasts(scope)}`, preview, 'Apply');
  if (!given) return false;
  say($('outcome'), '');
  await act(pattern, name, {...scoped({settings}, scope), ...given});
  dress($('outcome'), 'done');
  say($('outcome'), `Done: settings of ${title(pattern)} ${name}: ${preview.join(', ')}.`);
  return true;
}

const scoped = (change, scope) => scope === 'fleet' ? {...change, scope} : change;

async function report(words, done) {
  say($('outcome'), '');
  try {
    await done();
    dress($('outcome'), 'done');
    say($('outcome'), `Done: ${words}.`);
    return true;
  } catch (failed) {
    dress($('outcome'), 'failed');
    say($('outcome'), `Not done: ${words}: ${failed.message}`);
    return false;
  }
}
