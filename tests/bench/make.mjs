// node tests/bench/make.mjs <dist> <out>: a copy of the built page that a benchmark can stream to.
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const [dist, out] = process.argv.slice(2);
if (!dist || !out) {
  console.error("usage: node tests/bench/make.mjs <dist> <out>");
  process.exit(2);
}
cpSync(dist, out, { recursive: true });
cpSync(join(dirname(fileURLToPath(import.meta.url)), "bench.js"), join(out, "bench.js"));
const index = join(out, "index.html");
const page = readFileSync(index, "utf8");
// Before the page's own module, in whatever the minifier left of the head.
const shimmed = page.replace("<meta", '<script type="module" src="bench.js"></script><meta');
if (shimmed === page) throw new Error("index.html has no place to put the benchmark into");
writeFileSync(index, shimmed);
const config = { server: "saiki", url: "ws://bench.invalid/", trusted: ["ws://bench.invalid/"] };
writeFileSync(join(out, "config.json"), JSON.stringify(config));
