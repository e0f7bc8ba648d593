// Ends a run with the plain lines that CI reads: which files failed, and the counts. A file that cannot load counts as failed.
import path from "node:path";

export default class {
  onTestRunEnd(modules, errors) {
    let passed = 0,
      failed = errors?.length ?? 0,
      skipped = 0;
    const files = modules
      .filter((m) => m.state() === "failed")
      .map((m) => path.relative(process.cwd(), m.moduleId));
    for (const m of modules) {
      const tests = [...m.children.allTests()];
      if (m.state() === "failed" && !tests.some((t) => t.result().state === "failed")) failed++;
      for (const t of tests) {
        const s = t.result().state;
        if (s === "passed") passed++;
        else if (s === "failed") failed++;
        else skipped++;
      }
    }
    if (files.length > 0) console.log(`failed files: ${files.join(" ")}`);
    console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
  }
}
