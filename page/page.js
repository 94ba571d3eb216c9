// What is clicked on, or chosen with Enter or space, is reported with its data-choice;
// the arrow keys go from part to part of a face.
const report = target => {
  const chosen = target.closest('[data-choice]');
  if (chosen) trigger('click', {choice: chosen.dataset.choice});
};
const go = (part, [right, down]) => {
  const {x, y, width, height} = part.getBoundingClientRect();
  const beside = document.elementFromPoint(x + width / 2 + right * (width / 2 + 3),
                                           y + height / 2 + down * (height / 2 + 3));
  beside?.closest('g[data-choice]')?.focus();
};
const arrows = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1]};
element.addEventListener('click', event => report(event.target));
element.addEventListener('keydown', event => {
  const part = event.target.closest('g[data-choice]');
  if (!part) return;
  if (event.key === 'Enter' || event.key === ' ') report(part);
  else if (event.key in arrows) go(part, arrows[event.key]);
  else return;
  event.preventDefault();
});
