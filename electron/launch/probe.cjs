// Run by the launcher to learn whether this Electron can open anything here: libraries, sandbox and display
// all have to work before `ready` comes.
const fs = require("node:fs");
const { app } = require("electron");

app.setPath("userData", process.argv.at(-1));
app.disableHardwareAcceleration();
void app.whenReady().then(() => {
  fs.writeSync(1, `ready ${process.versions.electron}\n`);
  app.exit(0);
});
