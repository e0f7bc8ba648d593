// The suite imports fs.globSync, which Node has since 22 only, for a command that is not used here.
const STUB = `export * from "node:fs"; export { default } from "node:fs"; export const globSync = () => [];`;

export async function resolve(specifier, context, next) {
  if (specifier === "fs" && context.parentURL?.includes("/@modelcontextprotocol/conformance/"))
    return { url: `data:text/javascript,${encodeURIComponent(STUB)}`, shortCircuit: true };
  return next(specifier, context);
}
