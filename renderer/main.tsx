// Starts the page.
import "./styles/index.css";
import { CSPProvider } from "@base-ui/react/csp-provider";
import { Tooltip } from "@base-ui/react/tooltip";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app.tsx";
import { makeBridge } from "./bridge.ts";
import { applyTheme, followSystem, readTheme } from "./lib/theme.ts";
import { AppStore } from "./state/app-store.ts";
import { StoreProvider } from "./state/context.tsx";
import { locale } from "./words.ts";

if (locale === "pseudo-rtl") document.documentElement.dir = "rtl";
applyTheme(readTheme());
followSystem();

const store = new AppStore(makeBridge());
store.start();

const root = document.querySelector("#root");
if (root === null) throw new Error("the page has no root");
createRoot(root).render(
  <StrictMode>
    {/* Inline style elements would break `style-src 'self'`. */}
    <CSPProvider disableStyleElements>
      <Tooltip.Provider delay={500}>
        <StoreProvider store={store}>
          <App />
        </StoreProvider>
      </Tooltip.Provider>
    </CSPProvider>
  </StrictMode>,
);
