@echo off
rem The command line of an installed Countersign. It runs on the machine's Node, since the app's own program is none.
where node >nul 2>nul || (echo countersign: Node 20.19 or later is needed for the command line. 1>&2 & exit /b 69)
node "%~dp0cli.cjs" %*
