// What the demo prints: on a terminal with moving bars, otherwise plain lines.
import { SingleBar } from "cli-progress";

/** Begins a section. */
export function heading(text) {
  console.log(`\n== ${text}`);
}

/** A size for people. */
export function mebibytes(bytes) {
  return `${(bytes / 2 ** 20).toFixed(bytes < 2 ** 20 ? 2 : 0)} MiB`;
}

/** What a progress says in words. */
export function describe({ acknowledged, inFlight, total, bytesPerSecond }) {
  const done = total === undefined ? mebibytes(acknowledged) : `${mebibytes(acknowledged)} of ${mebibytes(total)}`;
  return `${done}, ${mebibytes(inFlight)} on their way, ${mebibytes(bytesPerSecond)}/s`;
}

/** Draws the progress of a task while it runs, and gives its result. */
export async function follow(task) {
  const bar = progressBar();
  try {
    for await (const progress of task.progress()) bar.show(progress.fraction, describe(progress));
    return await task;
  } finally {
    bar.stop();
    // Nothing to cancel by now, but one that failed may still be tidying up.
    await task.cancel().catch(() => {});
  }
}

/** A progress bar; away from a terminal a line for each quarter. */
export function progressBar() {
  if (process.stdout.isTTY) {
    const bar = new SingleBar({ format: "{bar} {percentage}% | {text}", barsize: 20, hideCursor: true });
    bar.start(100, 0, { text: "" });
    return {
      show: (fraction, text) => bar.update(Math.floor(fraction * 100), { text }),
      stop: () => bar.stop(),
    };
  }
  let quarter = 0;
  return {
    show(fraction, text) {
      if (Math.floor(fraction * 4) <= quarter) return;
      quarter = Math.floor(fraction * 4);
      console.log(`${Math.floor(fraction * 100)}% | ${text}`);
    },
    stop() {},
  };
}

/** Rows in columns; numbers to the right. */
export function table(rows) {
  const names = Object.keys(rows[0]);
  const text = (value) => (value === undefined ? "" : String(value));
  const widths = names.map((name) => Math.max(name.length, ...rows.map((row) => text(row[name]).length)));
  const line = (values) =>
    values.map((value, i) => (i === 0 ? text(value).padEnd(widths[i]) : text(value).padStart(widths[i]))).join("  ");
  console.log(line(names));
  console.log(widths.map((width) => "-".repeat(width)).join("  "));
  for (const row of rows) console.log(line(names.map((name) => row[name])));
}
