const runs = 3;
const slowdown = 4;

/** Loads the dashboard afresh on a processor slowed four times; the median of what a person waits for, in ms and bytes. */
export async function measureDashboard(context, panel) {
  const measured = [];
  for (let run = 0; run < runs; run += 1) {
    const page = await context.newPage();
    const session = await context.newCDPSession(page);
    await session.send("Emulation.setCPUThrottlingRate", { rate: slowdown });
    await session.send("Network.setCacheDisabled", { cacheDisabled: true });
    await session.send("Network.enable");
    const scripts = new Set();
    let bytes = 0;
    session.on("Network.responseReceived", ({ requestId, type }) => type === "Script" && scripts.add(requestId));
    session.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
      if (scripts.has(requestId)) bytes += encodedDataLength;
    });
    await page.goto(`${panel}/`, { waitUntil: "commit" });
    await page.locator("[data-figure]").first().waitFor();
    const figuresMs = await page.evaluate(() => performance.now());
    const bytesAtFigures = bytes;
    await page.waitForLoadState("networkidle");
    const lcpMs = await page.evaluate(
      () =>
        new Promise((resolve) => {
          new PerformanceObserver((list) => resolve(list.getEntries().at(-1)?.startTime ?? null)).observe({
            type: "largest-contentful-paint",
            buffered: true,
          });
        }),
    );
    measured.push({ figuresMs, lcpMs, scriptBytesAtFigures: bytesAtFigures, scriptBytesAll: bytes });
    await page.close();
  }
  const median = (name) => Math.round(measured.map((one) => one[name]).sort((a, b) => a - b)[Math.floor(runs / 2)]);
  return {
    cpuSlowdown: slowdown,
    figuresMs: median("figuresMs"),
    lcpMs: median("lcpMs"),
    scriptBytesAtFigures: median("scriptBytesAtFigures"),
    scriptBytesAll: median("scriptBytesAll"),
  };
}
