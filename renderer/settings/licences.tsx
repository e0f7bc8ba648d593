// The licences of what ships. Loaded when a person looks; only the lines in sight exist.
import { useVirtualizer } from "@tanstack/react-virtual";
import type * as licences from "virtual:licences";
import { type KeyboardEvent, type ReactNode, useEffect, useRef, useState } from "react";
import { Button } from "../parts/button.tsx";
import { Modal } from "../parts/dialog.tsx";
import { words } from "../words.ts";

type Shipped = typeof licences;
type Package = Shipped["packages"][number];

const ROW = 34;

export function Licences(): ReactNode {
  const [shipped, setShipped] = useState<Shipped | "failed" | null>(null);
  const [text, setText] = useState("");
  const [open, setOpen] = useState<Package | null>(null);
  useEffect(() => {
    import("virtual:licences").then(setShipped, () => setShipped("failed"));
  }, []);
  const w = words.settings;
  if (shipped === null) return <p role="status">{w.licencesLoading}</p>;
  if (shipped === "failed") return <p role="alert">{w.licencesFailed}</p>;
  const asked = text.trim().toLowerCase();
  const found = shipped.packages.filter(({ name, licence }) =>
    `${name} ${licence}`.toLowerCase().includes(asked),
  );
  return (
    <>
      <p className="settings-text">{w.licencesText(shipped.packages.length)}</p>
      <div className="licence-tools">
        <input
          className="input"
          type="text"
          value={text}
          placeholder={w.licencesSearch}
          aria-label={w.licencesSearch}
          spellCheck={false}
          autoComplete="off"
          maxLength={100}
          onChange={(event) => setText(event.target.value)}
        />
        <span className="faint" role="status">
          {w.shown(found.length, shipped.packages.length)}
        </span>
      </div>
      {found.length === 0 ? (
        <p className="faint licence-none">{w.licencesNone}</p>
      ) : (
        <PackageList packages={found} onOpen={setOpen} />
      )}
      {open !== null && (
        <Modal
          wide
          title={w.licenceText(open.name, open.version)}
          text={open.licence}
          onClose={() => setOpen(null)}
        >
          {/* A text that scrolls can be scrolled by keyboard. */}
          {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
          <div
            className="dialog-body licence-body"
            role="region"
            aria-label={open.name}
            tabIndex={0}
          >
            {open.texts.length === 0 ? (
              <p>{w.noText}</p>
            ) : (
              open.texts.map((index) => <pre key={index}>{shipped.texts[index]}</pre>)
            )}
          </div>
          <div className="dialog-foot">
            <Button onClick={() => setOpen(null)}>{words.common.close}</Button>
          </div>
        </Modal>
      )}
    </>
  );
}

function PackageList(props: {
  packages: readonly Package[];
  onOpen: (one: Package) => void;
}): ReactNode {
  const { packages } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const [stop, setStop] = useState(0);
  const at = Math.min(stop, packages.length - 1);
  // Its functions may not be memoised; nothing here does.
  // oxlint-disable-next-line react/incompatible-library
  const virtual = useVirtualizer({
    count: packages.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW,
    overscan: 6,
  });
  const onKeyDown = (event: KeyboardEvent): void => {
    const to = {
      ArrowUp: at - 1,
      ArrowDown: at + 1,
      PageUp: at - 9,
      PageDown: at + 9,
      Home: 0,
      End: packages.length - 1,
    }[event.key];
    if (to === undefined) {
      const one = packages[at];
      if (event.key === "Enter" && one !== undefined) props.onOpen(one);
      return;
    }
    event.preventDefault();
    const next = Math.max(0, Math.min(packages.length - 1, to));
    setStop(next);
    virtual.scrollToIndex(next, { align: "auto" });
  };
  return (
    <div
      ref={scroller}
      className="licences"
      role="listbox"
      tabIndex={0}
      aria-label={words.settings.licencesList}
      aria-activedescendant={`licence-${at}`}
      onKeyDown={onKeyDown}
    >
      <div className="licence-rows" role="presentation" style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map(({ index, start }) => {
          const one = packages[index];
          if (one === undefined) return null;
          return (
            // Keys are the list's: it holds the focus.
            // oxlint-disable-next-line jsx-a11y/click-events-have-key-events
            <div
              key={`${one.name} ${one.version}`}
              id={`licence-${index}`}
              role="option"
              aria-selected={index === at}
              aria-setsize={packages.length}
              aria-posinset={index + 1}
              className="licence"
              style={{ transform: `translateY(${start}px)` }}
              onClick={() => {
                setStop(index);
                props.onOpen(one);
              }}
            >
              <span className="licence-name">{one.name}</span>
              <span className="faint">{one.version}</span>
              <span className="licence-kind">{one.licence}</span>
            </div>
          );
        })}
      </div>
    </div>
  );
}
