// The chart of the last minutes in a tile. Only visible charts are drawn, and no width is queried: with hundreds of tiles, each query
// would make the browser lay out the whole page again.

import uPlot from './uPlot.esm.js';

const POINTS = 150, HEIGHT = 56;
const colour = name => () => getComputedStyle(document.documentElement).getPropertyValue(name);
const line = (label, stroke, dash) => ({label, stroke: colour(stroke), width: 1.5, dash, points: {show: false}});

const charts = new WeakMap();
const notify = (entries, what) => entries.forEach(entry => charts.get(entry.target)?.learn(what(entry)));
const nearby = new IntersectionObserver(entries => notify(entries, ({isIntersecting}) => ({seen: isIntersecting})), {rootMargin: '200px'});
// Whole pixels, as many as a canvas can have.
const sizes = new ResizeObserver(entries => notify(entries, ({contentRect}) => ({width: Math.floor(contentRect.width)})));

export class Chart {
  constructor(node) {
    this.node = node;
    this.data = [[], [], [], []];
    this.seen = false;
    this.width = 0;
    charts.set(node, this);
    nearby.observe(node);
    sizes.observe(node);
  }

  add(seconds, values) {
    [seconds, ...values].forEach((value, at) => {
      this.data[at].push(value);
      if (this.data[at].length > POINTS) this.data[at].shift();
    });
    this.draw();
  }

  learn(news) {
    Object.assign(this, news);
    this.draw();
  }

  draw() {
    if (!this.seen || !this.width || !this.data[0].length) return;
    if (!this.plot) this.plot = this.made();
    if (this.plot.width !== this.width) this.plot.setSize({width: this.width, height: HEIGHT});
    this.plot.setData(this.data);
  }

  made() {
    return new uPlot({
      width: this.width, height: HEIGHT, legend: {show: false}, cursor: {show: false},
      axes: [{show: false}, {show: false}],
      scales: {y: {range: (plot, low, high) => [0, Math.max(high ?? 0, 1)]}},
      series: [{}, line('calls', '--accent'), line('failures', '--rejecting', [4, 3]), line('rejections', '--warning', [1, 3])],
    }, this.data, this.node);
  }

  remove() {
    nearby.unobserve(this.node);
    sizes.unobserve(this.node);
    this.plot?.destroy();
  }
}
