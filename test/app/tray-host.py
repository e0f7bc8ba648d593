"""The part of a desktop that shows tray icons (StatusNotifierItem, com.canonical.dbusmenu), for a bus that has none.

Each line on standard input asks for one line of JSON: `read` tells what the one item shows, `click ID` presses an entry
of its menu.
"""
import base64
import json
import sys

import dbus
import dbus.service
from dbus.mainloop.glib import DBusGMainLoop
from gi.repository import GLib

WATCHER = "org.kde.StatusNotifierWatcher"
ITEM = "org.kde.StatusNotifierItem"
MENU = "com.canonical.dbusmenu"

DBusGMainLoop(set_as_default=True)
bus = dbus.SessionBus()
items = []


class Watcher(dbus.service.Object):
    @dbus.service.method(WATCHER, in_signature="s", sender_keyword="sender")
    def RegisterStatusNotifierItem(self, service, sender=None):
        # A path on the caller's own connection, or a name with the usual path.
        items.append((sender, service) if service.startswith("/") else (service, "/StatusNotifierItem"))

    @dbus.service.method(dbus.PROPERTIES_IFACE, in_signature="ss", out_signature="v")
    def Get(self, interface, name):
        return self.GetAll(interface)[name]

    @dbus.service.method(dbus.PROPERTIES_IFACE, in_signature="s", out_signature="a{sv}")
    def GetAll(self, interface):
        return {
            "IsStatusNotifierHostRegistered": True,
            "ProtocolVersion": dbus.Int32(0),
            "RegisteredStatusNotifierItems": dbus.Array([name for name, _ in items], signature="s"),
        }


def menu_of(name, path):
    return dbus.Interface(bus.get_object(name, path), MENU)


def read():
    if not items:
        return None
    name, path = items[-1]
    shown = dbus.Interface(bus.get_object(name, path), dbus.PROPERTIES_IFACE).GetAll(ITEM)
    _, (_, _, entries) = menu_of(name, shown["Menu"]).GetLayout(
        dbus.Int32(0), dbus.Int32(-1), dbus.Array([], signature="s")
    )
    return {
        "tooltip": str(shown["ToolTip"][2]),
        "status": str(shown["Status"]),
        "icons": [
            {"width": int(w), "height": int(h), "argb": base64.b64encode(bytes(data)).decode()}
            for w, h, data in shown["IconPixmap"]
        ],
        "menu": [
            {"id": int(i), "label": str(has.get("label", "")), "enabled": bool(has.get("enabled", True))}
            for i, has, _ in entries
        ],
    }


def click(entry):
    name, path = items[-1]
    shown = dbus.Interface(bus.get_object(name, path), dbus.PROPERTIES_IFACE).GetAll(ITEM)
    menu_of(name, shown["Menu"]).Event(int(entry), "clicked", dbus.Int32(0, variant_level=1), dbus.UInt32(0))


def heard(_source, _condition):
    words = sys.stdin.readline().split()
    if not words:
        loop.quit()
        return False
    try:
        answer = read() if words[0] == "read" else click(words[1])
    except Exception as error:  # an answer each time: the test waits for one
        answer = {"error": str(error)}
    print(json.dumps(answer), flush=True)
    return True


owned = dbus.service.BusName(WATCHER, bus, do_not_queue=True)
watcher = Watcher(bus, "/StatusNotifierWatcher")
loop = GLib.MainLoop()
GLib.io_add_watch(sys.stdin, GLib.IO_IN | GLib.IO_HUP, heard)
print(json.dumps("ready"), flush=True)
loop.run()
