// What each of these programs gets and tells; the floors import it too.
export const port = process.argv[2];

/** Called as soon as the put has been answered. */
export function answered(etag) {
  const ms = performance.now();
  process.on("exit", () => {
    const { user, system } = process.cpuUsage();
    console.log(JSON.stringify({ ms, cpu: (user + system) / 1000, rss: process.resourceUsage().maxRSS / 1024, etag }));
  });
}
