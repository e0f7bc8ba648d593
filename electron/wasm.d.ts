// The tray's pictures, in the bundle as well: Electron reads them as data: addresses.
declare module "*.png?inline" {
  const address: string;
  export default address;
}

// A compiled policy as a data: address, put into the bundle by vite.
declare module "*.wasm?inline" {
  const address: string;
  export default address;
}

/** A text file as it is, put into the bundle by vite. */
declare module "*.rego?raw" {
  const text: string;
  export default text;
}
