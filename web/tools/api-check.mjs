// Fails when src/api is not what api_gateway/openapi.json generates today.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

const web = path.resolve(import.meta.dirname, "..");
const committed = path.join(web, "src/api");
const scratch = mkdtempSync(path.join(tmpdir(), "sales-machine-api-"));

function files(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .sort();
}

try {
  execFileSync(process.execPath, [path.join(web, "node_modules/@hey-api/openapi-ts/bin/run.js")], {
    cwd: web,
    env: { ...process.env, API_OUTPUT: scratch },
    stdio: ["ignore", "ignore", "inherit"],
  });
  const fresh = files(scratch);
  const stale = new Set(files(committed).filter((file) => !fresh.includes(file)));
  for (const file of fresh) {
    let old = null;
    try {
      old = readFileSync(path.join(committed, file), "utf8");
    } catch {
      old = null;
    }
    if (old !== readFileSync(path.join(scratch, file), "utf8")) stale.add(file);
  }
  if (stale.size > 0) {
    console.error(`The generated client is stale (${[...stale].join(", ")}). Run: npm run api:generate`);
    process.exit(1);
  }
  console.log(`The generated client is current (${fresh.length} files).`);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
