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

/** A progress bar; away from a terminal a line for each quarter. */
export function progressBar(unit, total) {
  const start = performance.now();
  let done = 0;
  const speed = () => `${Math.round(done / ((performance.now() - start) / 1000) || 0)} ${unit}/s`;
  if (process.stdout.isTTY) {
    const bar = new SingleBar({ format: `{bar} {percentage}% | {value}/{total} ${unit} | {speed}`, hideCursor: true });
    bar.start(total, 0, { speed: "" });
    return {
      add(amount) {
        done += amount;
        bar.update(Math.min(done, total), { speed: speed() });
      },
      stop: () => bar.stop(),
    };
  }
  let quarter = 0;
  return {
    add(amount) {
      done += amount;
      if (Math.floor((done / total) * 4) <= quarter) return;
      quarter = Math.floor((done / total) * 4);
      console.log(`${Math.min(100, quarter * 25)}% ${done}/${total} ${unit}, ${speed()}`);
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
