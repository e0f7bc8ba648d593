// Which of a manifest's files fits this installation, and what it is called here. Nothing of a name comes from outside.
import type { UpdateManifest } from "./manifest.ts";

/** The forms that a package may have, and the end of such a file's name. */
const ENDS = {
  deb: ".deb",
  rpm: ".rpm",
  appimage: ".AppImage",
  "tar.gz": ".tar.gz",
  dmg: ".dmg",
  zip: ".zip",
  nsis: "-setup.exe",
  portable: "-portable.exe",
} as const;
export type PackageForm = keyof typeof ENDS;

/** `linux-x64-deb` → `deb`; null for a form that nobody here knows. */
export function formOf(target: string): PackageForm | null {
  const form = target.split("-").slice(2).join("-");
  return Object.hasOwn(ENDS, form) ? (form as PackageForm) : null;
}

/**
 * The file for this installation.
 * @param targets what would do here, best first: `linux-x64-deb`
 */
export function fileFor(
  manifest: UpdateManifest,
  targets: readonly string[],
): UpdateManifest["files"][number] | null {
  for (const target of targets) {
    const found = manifest.files.find((one) => one.target === target);
    if (found !== undefined && formOf(target) !== null) return found;
  }
  return null;
}

/** `Countersign-0.2.0-linux-x64.deb`: of parts whose letters the manifest's schema bounds. */
export function fileName(version: string, target: string): string {
  const [system = "", machine = ""] = target.split("-");
  const form = formOf(target);
  return `Countersign-${version}-${system}-${machine}${form === null ? ".bin" : ENDS[form]}`;
}
