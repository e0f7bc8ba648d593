// The licences of what ships: gathered by the build, see electron/launch/licences.mjs.
declare module "virtual:licences" {
  export const packages: readonly {
    readonly name: string;
    readonly version: string;
    /** SPDX expression, as the package states it. */
    readonly licence: string;
    /** Indexes into `texts`. */
    readonly texts: readonly number[];
  }[];
  export const texts: readonly string[];
}
