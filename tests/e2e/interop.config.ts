import { defineConfig } from "@playwright/test";
import usual from "./playwright.config.ts";

const { projects: _, ...rest } = usual;

/** The tests against real servers, which `cargo xtask interop` starts. */
export default defineConfig({
  ...rest,
  testDir: "interop",
  timeout: 120_000,
  // A real server takes its time to begin a conversation.
  expect: { timeout: 45_000 },
});
