// An .rpm by rpmbuild.
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";

/** What rpm calls it, and how hard it tries where nobody says: `T` takes every core. */
const PAYLOAD = {
  gz: (level = "6") => `w${level}.gzdio`,
  gzip: (level = "6") => `w${level}.gzdio`,
  bzip2: (level = "6") => `w${level}.bzdio`,
  xz: (level = "6") => `w${level}.xzdio`,
  xzmt: (level = "6") => `w${level}T.xzdio`,
  zst: (level = "19") => `w${level}.zstdio`,
  zstd: (level = "19") => `w${level}.zstdio`,
};

/** electron-builder says the rest as rpm does. */
const MACHINE = { amd64: "x86_64", i386: "i686" };

/** @param {import("./fpm.mjs").Asked} asked */
export function makeRpm({ tree, places, one, all, level }) {
  const work = path.dirname(tree);
  const spec = path.join(work, "package.spec");
  const compression = one("--rpm-compression") ?? "xzmt";
  const machine = one("--architecture");
  const defined = {
    _topdir: path.join(work, "rpm"),
    _dbpath: path.join(work, "db"),
    _tmppath: path.join(work, "tmp"),
    _binary_payload: PAYLOAD[compression](level),
    // The files are in the package as they were given: nothing is stripped, split off, compiled or linked into
    // /usr/lib/.build-id, where two applications with the same Electron would hold the same name.
    __os_install_post: "%{nil}",
    debug_package: "%{nil}",
    _build_id_links: "none",
    // The same files make the same package, on whichever machine; SOURCE_DATE_EPOCH says of what time.
    _buildhost: "countersign",
    use_source_date_epoch_as_buildtime: 1,
    clamp_mtime_to_source_date_epoch: 1,
    build_mtime_policy: "clamp_to_source_date_epoch",
    _rpmdir: work,
    _rpmfilename: "made.rpm",
  };
  fs.mkdirSync(defined._tmppath);
  fs.writeFileSync(spec, specOf(tree, places, one, all));
  const made = spawnSync(
    "rpmbuild",
    [
      "-bb",
      "--quiet",
      `--target=${MACHINE[machine] ?? machine}`,
      ...Object.entries(defined).flatMap(([name, value]) => ["--define", `${name} ${value}`]),
      spec,
    ],
    { encoding: "utf8" },
  );
  if (made.status !== 0) throw new Error(`rpmbuild: ${made.error ?? made.stderr.slice(-2000)}`);
  fs.copyFileSync(path.join(work, "made.rpm"), one("--package"));
}

function specOf(tree, places, one, all) {
  const description = (one("--description") ?? one("--name")).trim();
  const head = [
    ["Name", one("--name")],
    ["Version", one("--version")],
    ["Release", 1],
    ["Summary", one("--rpm-summary") ?? description.split("\n")[0]],
    ["License", one("--license")],
    ["Vendor", one("--vendor")],
    ["Packager", one("--maintainer")],
    ["Group", one("--category")],
    ["URL", one("--url")],
    // What is needed is said by name: of itself rpm would ask for the libraries that Electron brings along, too.
    ["AutoReqProv", "no"],
    ...all("-d").map((name) => ["Requires", name]),
  ].filter(([, value]) => value !== undefined);
  return [
    ...head.map(([name, value]) => `${name}: ${plain(value)}`),
    "%description",
    plain(description),
    // Hard links: the folder is a quarter of a gigabyte, and in the same place.
    "%install",
    `mkdir -p %{buildroot} && cp -al '${tree}/.' %{buildroot}/`,
    ...scriptOf("%post", one("--after-install")),
    ...scriptOf("%postun", one("--after-remove"), ONLY_WHEN_IT_GOES),
    "%files",
    "%defattr(-,root,root,-)",
    ...places.map(listed),
    "",
  ].join("\n");
}

/**
 * rpm runs this of the old version after the new one is in place, and a script that knows nothing of it would take
 * away what the new one has just set up. Its argument is how many versions stay.
 */
const ONLY_WHEN_IT_GOES = '[ "${1:-0}" -eq 0 ] || exit 0\n';

function scriptOf(section, file, before = "") {
  if (file === undefined) return [];
  const text = fs.readFileSync(file, "utf8");
  const [, shell = "/bin/sh"] = /^#!(\S+)/.exec(text) ?? [];
  return [`${section} -p ${shell}`, before + plain(text.replace(/^#!.*\n/, ""))];
}

/** A folder goes in with all that is below it. */
function listed(place) {
  if (!/^\/[\w.+@/ -]+$/.test(place))
    throw new Error(`rpm: a path that it would read otherwise: ${place}`);
  return `${place.startsWith("/usr/share/licenses/") ? "%license " : ""}"${place}"`;
}

/** Text in which rpm finds no macro. */
const plain = (value) => String(value).replaceAll("%", "%%");
