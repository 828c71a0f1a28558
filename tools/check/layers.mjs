// Checks the arrows between packages with dependency-cruiser. `node tools/check/layers.mjs [another root]`
//
// dependency-cruiser that cannot read TypeScript finds no module and no violation, so both are asserted here.
import { cruise } from "dependency-cruiser";
import extractConfig from "dependency-cruiser/config-utl/extract-depcruise-options";
import extractTypeScript from "dependency-cruiser/config-utl/extract-ts-config";
import { join } from "node:path";
import { root } from "../workspace.mjs";

const options = await extractConfig(join(root, ".dependency-cruiser.cjs"));
const tsConfig = extractTypeScript(join(root, "tsconfig.json"));
process.chdir(process.argv[2] ?? root);
const { output } = await cruise(["packages"], options, undefined, { tsConfig });
const { totalCruised, totalDependenciesCruised, violations } = output.summary;

for (const { rule, from, to } of violations) {
  const comment = options.ruleSet.forbidden.find(({ name }) => name === rule.name)?.comment;
  console.error(`${rule.name}: ${from} -> ${to}${comment ? `\n  ${comment}` : ""}`);
}
console.log(`${totalCruised} modules, ${totalDependenciesCruised} dependencies, ${violations.length} violations`);
const sources = output.modules.filter(({ source }) => source.endsWith(".ts")).length;
const blind = sources === 0 || totalDependenciesCruised === 0;
if (blind)
  console.error(
    "no TypeScript was read: has dependency-cruiser lost its own copy of typescript (packageExtensions in pnpm-workspace.yaml)?",
  );
process.exitCode = blind || violations.length > 0 ? 1 : 0;
