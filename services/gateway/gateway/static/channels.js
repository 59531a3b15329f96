"use strict";

// The list of channels: dragging a row sends where it was put; boxes are ticked at once.
{
  const tbody = () => document.querySelector("#channels tbody");
  const idOf = (row) => row?.querySelector(".handle")?.dataset.id;

  const send = (row) => {
    const form = document.getElementById("move");
    const before = idOf(row.previousElementSibling);
    const place = before ? `after:${before}` : `before:${idOf(row.nextElementSibling)}`;
    const values = Object.fromEntries(new FormData(form));
    window.htmx.ajax("POST", form.action, {
      values: { ...values, move: `${idOf(row)}:${place}` },
      target: "#channels",
      select: "#channels",
      swap: "outerHTML show:none",
    });
  };

  const boxes = () => [...document.querySelectorAll("input[name=channel_ids]")];

  const count = () => {
    const ticked = boxes().filter((box) => box.checked).length;
    const place = document.querySelector("[data-ticked]");
    if (place) place.textContent = ticked ? `(${ticked})` : "";
  };

  const start = () => {
    for (const button of document.querySelectorAll("[data-tick-all]")) button.hidden = false;
    count();
    const list = tbody();
    if (!list?.querySelector(".handle") || window.Sortable.get(list)) return;
    window.Sortable.create(list, {
      handle: ".handle",
      animation: 120,
      onEnd: (event) => {
        if (event.oldIndex !== event.newIndex) send(event.item);
      },
    });
  };

  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-tick-all]")) return;
    const all = boxes();
    const isOn = !all.every((box) => box.checked);
    for (const box of all) box.checked = isOn;
    count();
  });
  document.addEventListener("change", (event) => {
    if (event.target.name === "channel_ids") count();
  });
  document.addEventListener("DOMContentLoaded", start);
  document.addEventListener("htmx:afterSettle", start);
}
