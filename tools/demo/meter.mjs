// Middleware that counts what is done: the rows of the summary.

/** Counts sends by service and operation. */
export function createMeter() {
  const counts = new Map();
  const count = (service, name) => {
    const id = `${service} ${name}`;
    if (!counts.has(id)) counts.set(id, { operation: id, sends: 0, bytes: 0, seconds: 0, retries: 0, errors: 0 });
    return counts.get(id);
  };
  return {
    /** A plugin for the client of a service. */
    plugin: (service) => ({
      applyToStack(stack) {
        const middleware = (next, context) => async (args) => {
          const row = count(service, context.commandName.replace(/Command$/, ""));
          const start = performance.now();
          row.sends++;
          try {
            const result = await next(args);
            const { input } = args;
            const { $metadata, Body, ContentLength } = result.output;
            row.retries += $metadata.attempts - 1;
            if (input.Body) row.bytes += input.ContentLength ?? input.Body.length;
            if (Body) row.bytes += ContentLength;
            return result;
          } catch (error) {
            row.errors++;
            row.retries += (error.$metadata?.attempts ?? 1) - 1;
            throw error;
          } finally {
            row.seconds += (performance.now() - start) / 1000;
          }
        };
        stack.add(middleware, { step: "initialize", name: "meter" });
      },
    }),
    /** One row an operation, and their sum. */
    rows() {
      const all = [...counts.values()];
      const total = { operation: "all", sends: 0, bytes: 0, seconds: 0, retries: 0, errors: 0 };
      for (const row of all)
        for (const name of ["sends", "bytes", "seconds", "retries", "errors"]) total[name] += row[name];
      return [...all, total].map((row) => ({ ...row, seconds: row.seconds.toFixed(2) }));
    },
  };
}
