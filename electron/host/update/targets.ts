// Which packages would do on this machine, best first: of the form that runs now, where that can be seen.
import fs from "node:fs";

export interface Installed {
  readonly platform: NodeJS.Platform;
  readonly arch: string;
  /** The program that runs. */
  readonly program: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly exists: (file: string) => boolean;
}

function forms({ platform, program, env, exists }: Installed): string[] {
  if (platform === "darwin") return ["dmg", "zip"];
  if (platform === "win32") {
    return env["PORTABLE_EXECUTABLE_FILE"] === undefined ? ["nsis"] : ["portable", "nsis"];
  }
  if (platform !== "linux") return [];
  const debian = exists("/var/lib/dpkg/status");
  const redhat = exists("/var/lib/rpm") || exists("/usr/lib/sysimage/rpm");
  const system = [...(debian ? ["deb"] : []), ...(redhat ? ["rpm"] : [])];
  if (env["APPIMAGE"] !== undefined) return ["appimage", ...system, "tar.gz"];
  // Packages put it there; an unpacked archive lies wherever the person put it.
  return program.startsWith("/opt/")
    ? [...system, "tar.gz", "appimage"]
    : ["tar.gz", ...system, "appimage"];
}

/** `linux-x64-deb`, … */
export function targetsOf(
  installed: Installed = {
    platform: process.platform,
    arch: process.arch,
    program: process.execPath,
    env: process.env,
    exists: fs.existsSync,
  },
): string[] {
  const { platform, arch } = installed;
  if (arch !== "x64" && arch !== "arm64") return [];
  return forms(installed).map((form) => `${platform}-${arch}-${form}`);
}
