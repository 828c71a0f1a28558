// A cold start opens few files: a client and one command, with all that they import.
const assert = require("node:assert/strict");
const { readFileSync } = require("node:fs");
const { createRequire } = require("node:module");

function filesOf(specifiers) {
  const found = new Set();
  const todo = specifiers.map((one) => require.resolve(one));
  for (let file = todo.pop(); file; file = todo.pop()) {
    if (found.has(file)) continue;
    found.add(file);
    const resolve = createRequire(file).resolve;
    const imports = readFileSync(file, "utf8").matchAll(/^(?:import|export|\})[^"'\n]*(?:\bfrom )?"([^"]+)";$/gm);
    for (const [, specifier] of imports) if (!specifier.startsWith("node:")) todo.push(resolve(specifier));
  }
  return [...found];
}

for (const cloud of ["oss", "cos"]) {
  const files = filesOf([`@cosmoss/client-${cloud}`, `@cosmoss/commands-${cloud}/put-object`]);
  assert.ok(files.length > 2, `the imports of client-${cloud} were not found`);
  assert.ok(files.length <= 8, `${files.length} files:\n${files.join("\n")}`);
}
