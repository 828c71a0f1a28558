import { defineConfig } from "vitest/config";

// Ours from the sources, as in the root's configuration; the vendors' packages as they were installed.
const conditions = ["@cosmoss/source", "node", "import", "default"];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    include: ["*.test.ts"],
    globalSetup: "./scratch.ts",
    restoreMocks: true,
    testTimeout: 60_000,
    // The COS SDK takes proxies from the environment, also for loopback.
    env: { NO_PROXY: "*", no_proxy: "*" },
  },
});
