// Copies what browsers are served out of node_modules: node copy.mjs <folder>
// Set-up and the image's build both run it after `npm ci --ignore-scripts`.
import { cp, mkdir } from "node:fs/promises";
import { join } from "node:path";

const SERVED = {
  "tabler.css": "@tabler/core/dist/css/tabler.min.css",
  "tabler.js": "@tabler/core/dist/js/tabler.min.js",
  "htmx.js": "htmx.org/dist/htmx.min.js",
  "chart.js": "chart.js/dist/chart.umd.min.js",
  "sortable.js": "sortablejs/Sortable.min.js",
  icons: "@tabler/icons/icons/outline",
};
// For tests only; there when development packages were installed.
const BESIDE = { "axe.js": "axe-core/axe.min.js" };
for (const name of [
  "ajv",
  "ajv-formats",
  "fast-deep-equal",
  "fast-uri",
  "json-schema-traverse",
  "require-from-string",
]) {
  BESIDE[`node_modules/${name}`] = name;
}

const [folder, wanted] = process.argv.slice(2);
const files = wanted === "--for-tests" ? { ...SERVED, ...BESIDE } : SERVED;
await mkdir(folder, { recursive: true });
for (const [name, source] of Object.entries(files)) {
  await cp(join("node_modules", source), join(folder, name), { recursive: true });
}
