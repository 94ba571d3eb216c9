// What is clicked on, or chosen with Enter or space, is reported with its data-choice;
// the arrow keys go from part to part of a face.
const report = target => {
  const chosen = target.closest('[data-choice]');
  if (chosen) trigger('click', {choice: chosen.dataset.choice});
};
const middle = part => {
  const box = part.getBBox();
  return [box.x + box.width / 2, box.y + box.height / 2];
};
const next = (part, [right, down]) => {
  const [x, y] = middle(part);
  let best = null, least = Infinity;
  for (const other of part.parentNode.querySelectorAll('[data-choice]')) {
    const [otherX, otherY] = middle(other);
    const ahead = (otherX - x) * right + (otherY - y) * down;
    const aside = Math.abs((otherX - x) * down) + Math.abs((otherY - y) * right);
    if (ahead > 1 && ahead + 2 * aside < least) [best, least] = [other, ahead + 2 * aside];
  }
  return best;
};
const arrows = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1]};
element.addEventListener('click', event => report(event.target));
element.addEventListener('keydown', event => {
  const part = event.target.closest('g[data-choice]');
  if (!part) return;
  if (event.key === 'Enter' || event.key === ' ') report(part);
  else if (event.key in arrows) next(part, arrows[event.key])?.focus();
  else return;
  event.preventDefault();
});
