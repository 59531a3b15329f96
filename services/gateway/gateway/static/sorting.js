"use strict";

// A list whose items are dragged, or moved by their buttons: [data-sortable] holds the
// items, a .handle is what one takes, [data-move] is "up" or "down". Each item holds a
// hidden input, so the form it stands in sends the new order.
{
  const changed = (list) => list.dispatchEvent(new Event("change", { bubbles: true }));

  const move = (button) => {
    const list = button.closest("[data-sortable]");
    let item = button;
    while (item.parentNode !== list) item = item.parentNode;
    const other = button.dataset.move === "up" ? item.previousElementSibling : item.nextElementSibling;
    if (!other) return;
    if (button.dataset.move === "up") other.before(item);
    else other.after(item);
    button.focus();
    changed(list);
  };

  const start = (root) => {
    for (const list of root.querySelectorAll("[data-sortable]")) {
      if (window.Sortable.get(list)) continue;
      window.Sortable.create(list, { handle: ".handle", animation: 120, onEnd: () => changed(list) });
    }
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-move]");
    if (button) move(button);
  });
  document.addEventListener("DOMContentLoaded", () => start(document));
  document.addEventListener("htmx:afterSettle", (event) => start(event.target));
}
