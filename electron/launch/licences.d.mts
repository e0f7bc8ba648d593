import type { Plugin } from "vite";

export interface ShippedPackage {
  readonly name: string;
  readonly version: string;
  /** SPDX expression, as the package states it. */
  readonly licence: string;
  /** Indexes into `texts`. */
  readonly texts: readonly number[];
}
export function shippedLicences(root: string): {
  readonly packages: readonly ShippedPackage[];
  readonly texts: readonly string[];
  readonly places: ReadonlySet<string>;
};
export function licences(root: string): Plugin;
