// What is only asked for when a tile is opened.

import {element} from './tile.js';
import {one, writable} from './source.js';

const plain = value => value === null ? 'none' : Array.isArray(value) ? value.join(', ') || 'none' : String(value);

export function detail(more, pattern, name, operate) {
  const body = element('div');
  let shown = '', chains = [], asking = false;
  if (writable && pattern.actions.length) {
    const row = element('div', undefined, 'row');
    for (const action of pattern.actions) {
      const button = element('button', action.replaceAll('-', ' '));
      button.type = 'button';
      button.append(element('span', ` ${pattern.key} ${name}`, 'hidden'));
      button.onclick = () => operate(pattern, name, action);
      row.append(button);
    }
    more.append(row);
  }
  more.append(body);

  async function refresh() {
    if (!more.open || asking) return;
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
      ...list('Last failures', (found.lastFailures ?? []).map(({time, thrown}) => `${clock(time)} ${plain(thrown)}`)),
      ...list('Protects', chains.map(({method, links}) =>
        `${method}: ${links.map(link => `${link.pattern} ${link.name}${link.enabled === false ? ' (off)' : ''}`).join(' → ')}`)),
      element('h4', 'Settings'), settings(found.settings ?? {}),
    ];
  }

  more.ontoggle = refresh;
  return {show(now) { chains = now; refresh(); }};
}

function items(texts) {
  const list = element('ul');
  list.append(...texts.map(text => element('li', text)));
  return list;
}

function settings(all) {
  const list = element('dl');
  for (const [key, {value, origin}] of Object.entries(all)) {
    const said = element('dd', plain(value));
    said.append(element('span', origin, 'origin'));
    list.append(element('dt', key), said);
  }
  return list;
}

const clock = time => time ? new Date(time).toLocaleTimeString() : '';
