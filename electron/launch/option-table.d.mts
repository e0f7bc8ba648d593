// Types of option-table.mjs, which the launcher reads before anything is built.
export declare const START_OPTIONS: {
  readonly help: { readonly type: "boolean"; readonly short: "h" };
  readonly headless: { readonly type: "boolean" };
  readonly port: { readonly type: "string" };
  readonly data: { readonly type: "string" };
  readonly vault: { readonly type: "string" };
  readonly lab: { readonly type: "boolean" };
  readonly "approve-on-terminal": { readonly type: "boolean" };
};
export declare const DEFAULT_PORT: number;
export declare const START_HELP: string;
