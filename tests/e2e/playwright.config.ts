import { defineConfig } from "@playwright/test";

/** Video rooms. */
const ROOMS = "meet*.spec.ts";

export default defineConfig({
  testDir: ".",
  projects: [
    {
      name: "pages",
      testMatch: "*.spec.ts",
      // The real servers need a configuration of their own.
      testIgnore: ["interop/**", ROOMS],
    },
    // Several pages encode and decode at once: what runs beside them takes the time that they need.
    { name: "rooms", testMatch: ROOMS, workers: 1, timeout: 120_000 },
  ],
  outputDir: "artifacts/results",
  // One agent server per worker; the tests of a file may share it, each under a run of its own.
  workers: 2,
  fullyParallel: true,
  // A test that passes the second time is a fault, so there is no second time.
  retries: 0,
  forbidOnly: Boolean(process.env.CI),
  reporter: "list",
  timeout: 60_000,
  expect: { timeout: 15_000 },
  use: {
    actionTimeout: 15_000,
    viewport: { width: 1280, height: 800 },
    locale: "en-GB",
    trace: "retain-on-failure",
    screenshot: "only-on-failure",
    launchOptions: {
      // The machine's browser: nothing is downloaded.
      executablePath: process.env.CHROMIUM || "/usr/bin/chromium",
      args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
    },
  },
});
