// Elements and their texts.

export function element(tag, text, className) {
  const made = document.createElement(tag);
  if (text !== undefined) made.textContent = text;
  if (className) made.className = className;
  return made;
}

export function say(target, text) {
  if (target.textContent !== text) target.textContent = text;
}
