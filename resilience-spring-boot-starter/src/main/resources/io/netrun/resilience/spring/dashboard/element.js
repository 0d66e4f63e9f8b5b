// Elements and their texts. Texts are set as text, so that no name becomes markup.

const SVG = 'http://www.w3.org/2000/svg';

/** The bars of a lane by their letters: where one begins, of twelve, and how high it is. States differ by more than their colours. */
export const HEIGHTS = {o: [0, 12], f: [0, 12], r: [0, 12], h: [2, 8], w: [3, 6], a: [3, 6], c: [4, 4], s: [3.5, 5], d: [5, 2], x: [5, 2], n: [5.5, 1], '-': [5.5, 1]};
/** A lane is not drawn shorter than two minutes, in samples. */
export const SHORTEST = 24;

export function element(tag, text, className) {
  const made = document.createElement(tag);
  if (text !== undefined) made.textContent = text;
  if (className) made.className = className;
  return made;
}

export function svg(tag, attributes = {}, text) {
  const made = document.createElementNS(SVG, tag);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (text !== undefined) made.textContent = text;
  return made;
}

export function button(text, onclick, hiddenText = '') {
  const made = element('button', text);
  made.type = 'button';
  if (hiddenText) made.append(element('span', hiddenText, 'hidden'));
  made.onclick = onclick;
  return made;
}

export function say(target, text) {
  if (target.textContent !== text) target.textContent = text;
}

export function dress(target, className) {
  if (target.className !== className) target.className = className;
}
