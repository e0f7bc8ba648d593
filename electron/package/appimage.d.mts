// Types of appimage.mjs, for the test that asks whether an AppImage can be made here.
export declare function appImageTools(): string | null;
