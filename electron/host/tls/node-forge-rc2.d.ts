// The types of the package describe it whole; these are the two files of it that are loaded, and the little of them
// that is used.
declare module "node-forge/lib/rc2.js" {
  import type { rc2 } from "node-forge";
  const part: typeof rc2;
  export default part;
}
declare module "node-forge/lib/util.js" {
  import type { util } from "node-forge";
  const part: typeof util;
  export default part;
}
