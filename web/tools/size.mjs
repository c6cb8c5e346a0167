// Weighs, gzipped, the JavaScript that the dashboard needs before it shows its figures, from the build's own manifest.
// The dashboard is part of the entry (src/app/routes.ts); what it shows later comes in chunks of its own.
import { readFileSync } from "node:fs";
import path from "node:path";
import { gzipSync } from "node:zlib";

const budget = 200 * 1024;
const dist = path.resolve(import.meta.dirname, "../dist");
const manifest = JSON.parse(readFileSync(path.join(dist, ".vite/manifest.json"), "utf8"));

function reach(key, seen = new Set()) {
  if (seen.has(key)) return seen;
  seen.add(key);
  for (const next of manifest[key].imports ?? []) reach(next, seen);
  return seen;
}

const chunks = reach("index.html");
let total = 0;
for (const key of chunks) {
  const { file } = manifest[key];
  const size = gzipSync(readFileSync(path.join(dist, file))).length;
  total += size;
  console.log(`${(size / 1024).toFixed(1).padStart(8)} KB  ${file}`);
}
console.log(`${(total / 1024).toFixed(1).padStart(8)} KB  first load of the dashboard (budget ${budget / 1024} KB)`);
if (total > budget) process.exit(1);
