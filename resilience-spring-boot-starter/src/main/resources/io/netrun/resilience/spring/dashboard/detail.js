// The details, requested when a tile is opened.

import {element, say} from './element.js';
import {one, writable} from './source.js';

const plain = value => value === null ? 'none'
  : Array.isArray(value) ? value.join(', ') || 'none'
  : typeof value === 'object' ? Object.entries(value).map(([key, each]) => `${key} ${each}`).join(', ') || 'none'
  : String(value);

export function detail(more, pattern, name, operate) {
  const body = element('div');
  let shown = '', chains = [], asking = false, enabled = true, power = null;

  /** The content is created when a tile is first opened: most of them never are. */
  function open() {
    if (more.open && !body.isConnected) {
      if (writable) {
        power = button('', () => change(enabled ? 'switch off' : 'switch on', {settings: `enabled=${!enabled}`}));
        more.append(actions(), settingsForm());
      }
      more.append(body);
    }
    refresh();
  }

  function change(words, wanted) { operate(pattern, name, words, wanted); }

  function button(text, onclick) {
    const made = element('button', undefined), words = element('span', text);
    made.type = 'button';
    made.append(words, element('span', ` ${pattern.key} ${name}`, 'hidden'));
    made.onclick = onclick;
    return made;
  }

  function actions() {
    const row = element('div', undefined, 'row');
    row.append(...pattern.actions.map(action => button(action.replaceAll('-', ' '), () =>
      change(action.replaceAll('-', ' '), {action}))), power);
    return row;
  }

  /** Settings in the syntax of the endpoint, which explains what it rejects. */
  function settingsForm() {
    const form = element('form', undefined, 'row'), label = element('label', 'Change settings, such as name=value, name=value');
    const input = element('input');
    input.required = true;
    input.autocomplete = 'off';
    label.append(element('span', ` of ${pattern.key} ${name}`, 'hidden'), input);
    form.append(label, element('button', 'change'));
    form.onsubmit = event => {
      event.preventDefault();
      change(`change ${input.value}`, {settings: input.value});
    };
    return form;
  }

  async function refresh() {
    if (!more.open) return;
    if (power) say(power.firstChild, enabled ? 'switch off' : 'switch on');
    if (asking) return;
    asking = true;
    try {
      const found = await one(pattern.key, name), now = JSON.stringify([found, chains]);
      if (now !== shown) { shown = now; body.replaceChildren(...parts(found)); }
    } catch (failed) {
      shown = ''; body.textContent = `Could not be read: ${failed.message}`;
    } finally {
      asking = false;
    }
  }

  function parts(found) {
    const list = (title, texts) => texts.length ? [element('h4', title), items(texts)] : [];
    const events = (found.recentEvents ?? []).map(({event, time, ...rest}) =>
      `${clock(time)} ${event} ${Object.entries(rest).map(([key, value]) => `${key}: ${plain(value)}`).join(', ')}`);
    return [
      ...list('Recent events', events),
      ...list('Last failures', (found.lastFailures ?? []).map(({time, thrown, reason}) => `${clock(time)} ${plain(thrown ?? reason)}`)),
      ...list('Protects', chains.map(({method, links}) =>
        `${method}: ${links.map(link => `${link.pattern} ${link.name}${link.enabled === false ? ' (off)' : ''}`).join(' → ')}`)),
      element('h4', 'Settings'), settings(found.settings ?? {}),
    ];
  }

  more.ontoggle = open;
  return {
    show(now, isEnabled) {
      chains = now; enabled = isEnabled;
      refresh();
    },
  };
}

function items(texts) {
  const list = element('ul');
  list.append(...texts.map(text => element('li', text)));
  return list;
}

function settings(all) {
  const list = element('dl');
  for (const [key, {value, origin}] of Object.entries(all)) {
    const text = element('dd', plain(value));
    text.append(element('span', origin, 'origin'));
    list.append(element('dt', key), text);
  }
  return list;
}

const clock = time => time ? new Date(time).toLocaleTimeString() : '';
