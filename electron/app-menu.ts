// The application's menu: the system's own roles, our screens, and nothing that opens developer tools in a package.
import { app, Menu, type MenuItemConstructorOptions } from "electron";
import { desktopWords } from "./core/sentences/desktop.ts";
import { type DeepLink, SCREENS } from "./core/shell.ts";
import type { TrayItem } from "./core/tray-view.ts";

export interface MenuParts {
  readonly go: (link: DeepLink) => void;
  readonly act: (does: TrayItem["does"]) => void;
}

export function setupMenu(parts: MenuParts): void {
  Menu.setApplicationMenu(
    Menu.buildFromTemplate(menuTemplate(parts, process.platform === "darwin", app.isPackaged)),
  );
}

/** @param packaged without reloading and developer tools */
export function menuTemplate(
  { go, act }: MenuParts,
  mac: boolean,
  packaged: boolean,
): MenuItemConstructorOptions[] {
  const w = desktopWords.menu;
  const screens = SCREENS.map((screen, i): MenuItemConstructorOptions => ({
    label: w.screens[screen],
    // Nine digits; settings have the key that they have everywhere.
    accelerator: screen === "settings" ? "CommandOrControl+," : `CommandOrControl+${i + 1}`,
    click: () => go({ kind: "open", screen }),
  }));
  const tools: MenuItemConstructorOptions[] = packaged
    ? []
    : [{ type: "separator" }, { role: "reload" }, { role: "toggleDevTools" }];
  return [
    ...(mac ? [{ role: "appMenu" } as const] : []),
    {
      label: w.file,
      submenu: [
        {
          label: w.addServer,
          accelerator: "CommandOrControl+N",
          click: () => go({ kind: "add-server", url: "" }),
        },
        { type: "separator" },
        { role: "close" },
        ...(mac ? [] : [{ role: "quit" } as const]),
      ],
    },
    { role: "editMenu" },
    {
      label: w.view,
      submenu: [
        { role: "resetZoom" },
        { role: "zoomIn" },
        { role: "zoomOut" },
        { type: "separator" },
        { role: "togglefullscreen" },
        ...tools,
      ],
    },
    { label: w.go, submenu: screens },
    {
      label: w.agents,
      submenu: [
        {
          label: desktopWords.tray.question.replace(/ \(.*/, ""),
          accelerator: "CommandOrControl+Shift+A",
          click: () => act("question"),
        },
        { label: desktopWords.tray.pause, click: () => act("pause") },
        { label: desktopWords.tray.resume, click: () => act("resume") },
      ],
    },
    { role: "windowMenu" },
    {
      role: "help",
      label: w.help,
      submenu: [
        { label: w.doctor, click: () => go({ kind: "open", screen: "doctor" }) },
        ...(mac ? [] : [{ role: "about" } as const]),
      ],
    },
  ];
}
