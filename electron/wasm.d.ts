// A compiled policy as a data: address, put into the bundle by vite.
declare module "*.wasm?inline" {
  const address: string;
  export default address;
}
