import { createRequire } from "node:module";

const axe = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
const counted = new Set(["serious", "critical"]);

/** Runs axe on the page by the rules of WCAG 2.2 AA; every serious or critical finding becomes a failure. */
export async function audit(page, name, failures) {
  await page.addScriptTag({ path: axe });
  const { violations } = await page.evaluate(() =>
    globalThis.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"], resultTypes: ["violations"] }),
  );
  for (const violation of violations.filter(({ impact }) => counted.has(impact))) {
    const node = violation.nodes[0];
    failures.push(`${name}: ${violation.id} (${violation.impact}, ${violation.nodes.length}×) at ${node?.target.join(" ")}: ${node?.html.slice(0, 160)}`);
  }
  return { name, violations: violations.map(({ id, impact, nodes }) => ({ id, impact, count: nodes.length })) };
}
