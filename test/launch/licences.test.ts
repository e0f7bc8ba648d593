// What ships has a licence, and its text.
import path from "node:path";
import { describe, expect, it } from "vitest";
import { licences, shippedLicences } from "../../electron/launch/licences.mjs";

const root = path.resolve(import.meta.dirname, "../..");
const { packages, texts } = shippedLicences(root);

describe("the licences of what ships", () => {
  it("cover what the program is made of, with what that brings along", () => {
    const names = packages.map(({ name }) => name);
    for (const name of [
      "electron",
      "react",
      "zod",
      "jose",
      "@github/keytar",
      "oidc-provider",
      "koa",
    ]) {
      expect(names).toContain(name);
    }
    // What only builds and tests does not ship.
    for (const name of ["vite", "vitest", "typescript", "playwright"]) {
      expect(names).not.toContain(name);
    }
    expect(names).toEqual(names.toSorted());
  });
  it("cover the data that stands in the code itself", () => {
    const noticeOf = (name: string): string | undefined =>
      texts[packages.find((one) => one.name === name)?.texts[0] ?? -1];
    expect(noticeOf("Unicode confusables (UTS 39)")).toContain("UNICODE LICENSE V3");
    expect(noticeOf("Unicode confusables (UTS 39)")).toContain("1991-2026 Unicode, Inc.");
    expect(noticeOf("unhomoglyph (data)")).toContain("Vitaly Puzrin");
  });
  it("name a licence for each, and have the text of nearly all", () => {
    const unnamed = packages.filter(({ licence }) => !/^[\w().+ -]{3,60}$/.test(licence));
    expect(unnamed).toEqual([]);
    const without = packages.filter((one) => one.texts.length === 0);
    expect(without.length).toBeLessThan(packages.length / 10);
    for (const { texts: own } of packages)
      for (const i of own) expect(texts[i]?.length).toBeGreaterThan(100);
  });
  it("stop a build that bundles a package without one", () => {
    const plugin = licences(root) as unknown as {
      generateBundle: (this: { error: (m: string) => never }, _: unknown, bundle: object) => void;
    };
    const build = (file: string): void => {
      const error = (message: string): never => {
        throw new Error(message);
      };
      plugin.generateBundle.call({ error }, null, { a: { type: "chunk", moduleIds: [file] } });
    };
    expect(() => build(path.join(root, "node_modules/vitest/dist/index.js"))).toThrow("vitest");
    expect(() => build(path.join(root, "node_modules/react/index.js"))).not.toThrow();
    expect(() => build(path.join(root, "renderer/app.tsx"))).not.toThrow();
  });
});
