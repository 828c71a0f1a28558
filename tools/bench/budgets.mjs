// What a figure is held against. Figures are information: a missed budget is shown, and fails nothing.
import { summary } from "./harness.mjs";

/**
 * The three ways to read a budget from the samples of a section. `actual` compares medians; `best` compares the best
 * figures of all rounds, which other work on the machine disturbs least.
 */
export function readings(samples, label) {
  const of = (client, metric) => summary(samples[client]?.[metric] ?? [NaN]);
  const bestOf = (metric, { min, max }) => (metric.endsWith("/s") ? max : min);
  const read = (combine) => (client, base, metric) => {
    const [a, b] = [of(client, metric), of(base, metric)];
    return {
      actual: combine(a.median, b.median),
      best: combine(bestOf(metric, a), bestOf(metric, b)),
      base: label(base),
    };
  };
  return {
    ratio: read((a, b) => a / b),
    difference: read((a, b) => a - b),
    value(client, metric) {
      const { median, min } = of(client, metric);
      return { actual: median, best: min };
    },
  };
}

export const isMet = ({ actual, limit, atLeast }) => (atLeast === undefined ? actual <= limit : actual >= atLeast);
