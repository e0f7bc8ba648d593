// Types of fuses.mjs, for the test that reads the fuses back.
export declare const FUSES: Readonly<Record<string, boolean>>;
export declare function turnFuses(program: string, electronVersion: string): Promise<void>;
export declare function readFuses(program: string): Promise<Record<string, boolean>>;
