import { defineConfig } from "vitest/config";

// Tests run from the sources: the condition below picks `src` instead of `dist`, so that nothing has to be built first.
const conditions = ["@cosmoss/source", "node", "import", "default"];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    include: ["packages/*/src/**/*.test.ts", "tools/**/*.test.ts", "test/**/*.test.ts"],
    exclude: ["**/node_modules/**", "**/dist/**", "test/interop/**", "test/consumers/**"],
    typecheck: { enabled: true, include: ["packages/*/src/**/*.test-d.ts"], tsconfig: "tsconfig.json" },
    restoreMocks: true,
    testTimeout: 30_000,
  },
});
