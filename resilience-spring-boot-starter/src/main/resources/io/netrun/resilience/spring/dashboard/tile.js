// A tile: created once per instance and updated in place, so that nothing flickers and the focus is kept.

import {Chart} from './chart.js';
import {detail} from './detail.js';
import {element, say} from './element.js';

export class Tile {
  constructor(pattern, name, operate) {
    this.pattern = pattern;
    this.name = name;
    this.node = element('article');
    this.title = element('h3', name);
    this.state = element('p', '', 'state');
    this.numbers = element('dl');
    const line = element('div', undefined, 'line');
    line.setAttribute('role', 'img');
    line.setAttribute('aria-label', 'Calls, failures and rejections in the last minutes; the numbers are below');
    this.chart = new Chart(line);
    this.texts = new Map();
    const more = element('details'), summary = element('summary', 'Events, protected methods, settings');
    summary.append(element('span', ` of ${pattern.key} ${name}`, 'hidden'));
    more.append(summary);
    this.detail = detail(more, pattern, name, operate);
    this.node.append(this.title, element('p', pattern.key.replaceAll('-', ' '), 'kind'), this.state, line, this.numbers, more);
  }

  show({rows, rates, level, rank, word, enabled}, chains) {
    this.level = level;
    this.rank = rank;
    if (this.node.className !== level) this.node.className = level;
    if (this.state.className !== `state ${level}`) this.state.className = `state ${level}`;
    say(this.state, word);
    const labels = new Set(rows.map(([label]) => label));
    for (const [label, {term, value}] of this.texts) {
      if (!labels.has(label)) { term.remove(); value.remove(); this.texts.delete(label); }
    }
    for (const [label, text] of rows) {
      if (!this.texts.has(label)) {
        const term = element('dt', label), value = element('dd');
        this.numbers.append(term, value);
        this.texts.set(label, {term, value});
      }
      say(this.texts.get(label).value, text);
    }
    this.chart.add(Date.now() / 1000, rates);
    this.detail.show(chains, enabled);
  }

  remove() {
    this.chart.remove();
    this.node.remove();
  }
}
