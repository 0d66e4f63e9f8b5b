// The line of the last minutes in a tile.

import uPlot from './uPlot.esm.js';

const POINTS = 150;
const colour = name => () => getComputedStyle(document.documentElement).getPropertyValue(name);
const line = (label, stroke, dash) => ({label, stroke: colour(stroke), width: 1.5, dash, points: {show: false}});

export class Chart {
  constructor(node) {
    this.node = node;
    this.data = [[], [], [], []];
  }

  add(seconds, values) {
    [seconds, ...values].forEach((value, at) => {
      this.data[at].push(value);
      if (this.data[at].length > POINTS) this.data[at].shift();
    });
    // A tile that the filter hides has no width.
    if (!this.node.clientWidth) return;
    if (!this.plot) this.plot = this.made();
    if (this.plot.width !== this.node.clientWidth) this.plot.setSize({width: this.node.clientWidth, height: 56});
    this.plot.setData(this.data);
  }

  made() {
    return new uPlot({
      width: this.node.clientWidth, height: 56, legend: {show: false}, cursor: {show: false},
      axes: [{show: false}, {show: false}],
      scales: {y: {range: (plot, low, high) => [0, Math.max(high ?? 0, 1)]}},
      series: [{}, line('calls', '--accent'), line('failures', '--bad', [4, 3]), line('refusals', '--watch', [1, 3])],
    }, this.data, this.node);
  }
}
