// One client's turn: `node worker.mjs <section> <client> <options as JSON>`; the figures are the last line.
const [section, client, options] = process.argv.slice(2);
const { measure } = await import(`./sections/${section}.mjs`);
const figures = await measure(client, JSON.parse(options));
process.stdout.write(`\n${JSON.stringify(figures)}\n`, () => process.exit());
