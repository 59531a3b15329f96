"use strict";

// Draws each canvas from the table of figures that stands with it.
{
  const TONES = ["primary", "green", "orange", "purple", "pink", "teal"];
  const drawn = new Map();

  // A variable may hold a formula, which a canvas does not understand: let the page
  // work it out.
  const colour = (name) => {
    const probe = document.createElement("span");
    probe.style.color = `var(--tblr-${name})`;
    document.body.append(probe);
    const { color } = getComputedStyle(probe);
    probe.remove();
    return color;
  };

  // What is still to come has no value, and is a gap.
  const numberOf = ({ dataset }) => (dataset.value === "" ? null : Number(dataset.value));

  const seriesOf = (table, kind) => {
    const names = [...table.tHead.rows[0].cells].slice(1);
    const rows = [...table.tBodies[0].rows];
    return names.map((name, column) => ({
      label: name.textContent,
      data: rows.map((row) => numberOf(row.cells[column + 1])),
      borderColor: colour(TONES[column % TONES.length]),
      backgroundColor: colour(TONES[column % TONES.length]),
      borderWidth: 2,
      borderRadius: kind === "bar" ? 4 : 0,
      pointRadius: 0,
      pointHitRadius: 12,
      tension: 0.3,
    }));
  };

  const axis = () => ({
    beginAtZero: true,
    border: { display: false },
    grid: { color: colour("border-color") },
    ticks: { color: colour("secondary"), precision: 0, maxTicksLimit: 8, maxRotation: 0 },
  });

  const draw = (canvas) => {
    drawn.get(canvas)?.destroy();
    const table = canvas.closest("figure").querySelector("table");
    const datasets = seriesOf(table, canvas.dataset.chart);
    const labels = [...table.tBodies[0].rows].map((row) => row.cells[0].textContent);
    drawn.set(canvas, new window.Chart(canvas, {
      type: canvas.dataset.chart,
      data: { labels, datasets },
      options: {
        animation: false,
        maintainAspectRatio: false,
        interaction: { intersect: false, mode: "index" },
        plugins: {
          legend: { display: datasets.length > 1, labels: { color: colour("body-color") } },
        },
        scales: { x: { ...axis(), grid: { display: false } }, y: axis() },
      },
    }));
  };

  const drawAll = () => document.querySelectorAll("canvas[data-chart]").forEach(draw);

  document.addEventListener("DOMContentLoaded", drawAll);
  document.addEventListener("htmx:afterSettle", drawAll);
  document.documentElement.addEventListener("theme", drawAll);
}
