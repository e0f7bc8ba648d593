import { register } from "node:module";

register("./glob-hooks.mjs", import.meta.url);
