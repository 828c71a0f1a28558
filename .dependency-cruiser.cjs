// The arrows between packages. The table says which packages the sources of a package may import beside themselves.
const leaf = ["types", "errors", "uri"];
const clients = [...leaf, "checksum", "core", "retry", "credentials", "transport-node", "transport-fetch"];
const commands = ["commands-oss", "commands-cos"];
const mayImport = {
  types: [],
  errors: ["types"],
  uri: ["types"],
  "middleware-stack": leaf,
  "xml-codec": leaf,
  checksum: leaf,
  "signer-oss": leaf,
  "signer-cos": leaf,
  credentials: leaf,
  retry: leaf,
  "transport-node": leaf,
  "transport-fetch": leaf,
  core: [...leaf, "middleware-stack", "xml-codec"],
  "commands-oss": ["types", "core", "checksum"],
  "commands-cos": ["types", "core", "checksum"],
  "client-oss": [...clients, "signer-oss"],
  "client-cos": [...clients, "signer-cos"],
  checkpoint: leaf,
  transfer: [...leaf, "core", "checkpoint", "checksum", "retry", ...commands],
  emulator: [...leaf, "core", "xml-codec", "checksum", "signer-oss", "signer-cos", ...commands],
  cli: [...leaf, "core", "checkpoint", "credentials", "client-oss", "client-cos", "transfer", "emulator", ...commands],
};
const test = "(\\.test(-d)?|/testing)\\.ts$|/testing/"; // `testing.ts`, `testing/`: what the tests of a folder share
const nodeOnly = "^packages/(transport-node|emulator|cli|testkit)/";

const arrows = Object.entries(mayImport).map(([name, others]) => ({
  name: `arrows-of-${name}`,
  comment: `${name} may import ${others.join(", ") || "nothing"}; see the table in .dependency-cruiser.cjs`,
  severity: "error",
  from: { path: `^packages/${name}/`, pathNot: test },
  to: { path: "^packages/", pathNot: `^packages/(${[name, ...others].join("|")})/` },
}));

module.exports = {
  forbidden: [
    ...arrows,
    {
      name: "package-in-the-table",
      comment: "A package that the table does not name has no rule: add it",
      severity: "error",
      from: { path: "^packages/", pathNot: `^packages/(${[...Object.keys(mayImport), "testkit"].join("|")})/` },
      to: {},
    },
    { name: "no-cycles", severity: "error", from: { pathNot: test }, to: { circular: true } },
    {
      name: "no-relative-import-out-of-a-package",
      comment: "Import other packages by name",
      severity: "error",
      from: { path: "^packages/([^/]+)/" },
      to: { path: "^(packages|tools|test)/", pathNot: "^packages/$1/", dependencyTypes: ["local"] },
    },
    {
      name: "resolvable",
      comment: "A deep import into another package, or a package that is not installed",
      severity: "error",
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: "node-modules-in-node-files",
      comment: "node:* belongs into *.node.ts, so that the rest runs everywhere",
      severity: "error",
      from: { path: "^packages/", pathNot: [nodeOnly, "\\.node\\.ts$", test] },
      to: { dependencyTypes: ["core"] },
    },
    {
      name: "node-files-from-node-files",
      comment: "What runs everywhere must not import what runs on Node only",
      severity: "error",
      from: { path: "^packages/", pathNot: [nodeOnly, "\\.node\\.ts$", test] },
      to: { path: ["^packages/.*\\.node\\.ts$", "^packages/transport-node/"], dependencyTypes: ["local"] },
    },
    {
      name: "node-transport-from-node-files",
      comment: "What runs everywhere must not import the Node transport",
      severity: "error",
      from: { path: "^packages/", pathNot: [nodeOnly, "\\.node\\.ts$", test] },
      to: { path: "^packages/transport-node/" },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    exclude: { path: "^packages/[^/]+/(?!src(/|$))" },
    doNotFollow: { path: "node_modules" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["@cosmoss/source", "types", "node", "import", "default"],
      extensions: [".ts", ".mjs", ".js", ".json", ".d.ts"],
    },
  },
};
