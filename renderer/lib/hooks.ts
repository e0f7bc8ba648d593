// Small hooks that several screens share.
import { useEffect, useRef, useState } from "react";
import type { Complaint, Reply } from "../types.ts";

/** The element's content width in CSS pixels, 0 before the first layout. */
export function useWidth<E extends HTMLElement>(): readonly [(node: E | null) => void, number] {
  const [node, setNode] = useState<E | null>(null);
  const [width, setWidth] = useState(0);
  useEffect(() => {
    if (node === null) return undefined;
    // It also fires once at the start, before the first paint.
    const observer = new ResizeObserver(() => setWidth(node.clientWidth));
    observer.observe(node);
    return () => observer.disconnect();
  }, [node]);
  return [setNode, width];
}

/** Whether a media query matches, kept up to date. */
export function useMedia(query: string): boolean {
  const [matches, setMatches] = useState(() => matchMedia(query).matches);
  useEffect(() => {
    const list = matchMedia(query);
    const update = (): void => setMatches(list.matches);
    update();
    list.addEventListener("change", update);
    return () => list.removeEventListener("change", update);
  }, [query]);
  return matches;
}

/** The current time, refreshed every `ms` milliseconds while shown. */
export function useNow(ms: number): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), ms);
    return () => clearInterval(timer);
  }, [ms]);
  return now;
}

/** Milliseconds of the page's own clock, which nobody can set; refreshed every `ms` milliseconds while shown. */
export function useTick(ms: number): number {
  const [now, setNow] = useState(() => performance.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(performance.now()), ms);
    return () => clearInterval(timer);
  }, [ms]);
  return now;
}

/** Runs `work` now and every `ms` milliseconds while the component is mounted and the page is visible. */
export function usePolling(work: () => void, ms: number): void {
  const latest = useRef(work);
  useEffect(() => {
    latest.current = work;
  });
  useEffect(() => {
    latest.current();
    const timer = setInterval(() => {
      if (document.visibilityState === "visible") latest.current();
    }, ms);
    return () => clearInterval(timer);
  }, [ms]);
}

/** One question to the app at a time: whether it is under way, and what came of the last one. */
export function useAnswer<T>(): {
  readonly busy: boolean;
  readonly found: T | null;
  readonly complaint: Complaint | null;
  readonly ask: (reply: Promise<Reply<T>>) => void;
  /** What came of it says nothing any more. */
  readonly forget: () => void;
} {
  const [busy, setBusy] = useState(false);
  const [found, setFound] = useState<T | null>(null);
  const [complaint, setComplaint] = useState<Complaint | null>(null);
  return {
    busy,
    found,
    complaint,
    ask(asked) {
      setBusy(true);
      void asked.then((reply) => {
        setBusy(false);
        setFound(reply.ok ? reply.value : null);
        setComplaint(reply.ok ? null : reply.error);
      });
    },
    forget() {
      setFound(null);
      setComplaint(null);
    },
  };
}
