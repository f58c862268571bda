/**
 * `opened`: the browser opened it. `notified`: blocked, and offered as a notification. `blocked`:
 * the browser refused. `unsure`: the browser does not say. `sandboxed`: a sandbox would cripple the
 * page, so it was not opened. `ask`: only a click can show whether a sandbox would.
 */
export type Opening = 'opened' | 'notified' | 'blocked' | 'unsure' | 'sandboxed' | 'ask';

/** What the frame's sandbox does to a page that is opened from it. */
export type Sandbox =
  /** Nothing: there is no sandbox, or one that the page escapes, or one that lets none open. */
  | 'harmless'
  /** The page would be sandboxed as well: without its cookies, forms or scripts. */
  | 'inherited'
  /** A frame cannot read its own sandbox. */
  | 'unknown';

/** Opens pages in new tabs, but none that the browser could not show properly. */
export class PageOpener {
  readonly #notificationBody: string;
  #sandbox: Sandbox;

  constructor(notificationBody: string, sandbox = readSandbox()) {
    this.#notificationBody = notificationBody;
    this.#sandbox = sandbox;
  }

  /** Never throws. */
  open(url: string, title: string): Opening {
    if (this.#sandbox === 'inherited') return 'sandboxed';
    if (this.#sandbox === 'unknown') return 'ask';
    const opening = openTab(url);
    if (opening === 'opened') return 'opened';
    const isNotified = this.#notify(url, title);
    return opening === 'blocked' && isNotified ? 'notified' : opening;
  }

  /** The same after a click, for which an empty tab may be opened to learn of the sandbox. */
  openByClick(url: string, title: string): Opening {
    if (this.#sandbox !== 'unknown') return this.open(url, title);
    const tab = window.open('about:blank', '_blank');
    if (tab === null) return 'blocked';
    if (isSandboxed(tab)) {
      tab.close();
      this.#sandbox = 'inherited';
      return 'sandboxed';
    }
    this.#sandbox = 'harmless';
    tab.opener = null;
    tab.location.replace(url);
    return 'opened';
  }

  #notify(url: string, title: string): boolean {
    if (typeof Notification === 'undefined' || Notification.permission !== 'granted') return false;
    try {
      const notification = new Notification(title, {
        body: this.#notificationBody,
        requireInteraction: true,
      });
      notification.addEventListener('click', () => {
        notification.close();
        openTab(url);
      });
      return true;
    } catch {
      // Some browsers want a service worker for it.
      return false;
    }
  }
}

/**
 * Opens the page itself, not an empty tab that is then led to it: below a page with
 * `Cross-Origin-Opener-Policy` the tab opens, but this frame gets no hold on it.
 */
function openTab(url: string): 'opened' | 'blocked' | 'unsure' {
  try {
    const tab = window.open(url, '_blank');
    if (tab === null) return isOfTopOrigin() ? 'blocked' : 'unsure';
    // The page gets no hold on the agent's page. It has not begun to load.
    tab.opener = null;
    return 'opened';
  } catch {
    return 'unsure';
  }
}

/** Such a frame always gets hold of what it opens. */
function isOfTopOrigin(): boolean {
  try {
    return window.top?.location.origin === window.origin;
  } catch {
    return false;
  }
}

/** Reads the sandbox of this frame, as far as a frame can. */
function readSandbox(): Sandbox {
  const flags = frameFlags();
  if (flags !== null) {
    const opens = flags.includes('allow-popups');
    return opens && !flags.includes('allow-popups-to-escape-sandbox') ? 'inherited' : 'harmless';
  }
  if (window.origin === 'null') return 'unknown';
  // A frame within this one has the same sandbox, and may be tried without any effect on this one.
  const frame = document.createElement('iframe');
  frame.hidden = true;
  document.body.append(frame);
  const inner = frame.contentWindow;
  const result = inner === null || isSandboxed(inner) ? 'unknown' : 'harmless';
  frame.remove();
  return result;
}

/** The words of the frame's `sandbox`; null: it has none, or this frame may not look. */
function frameFlags(): string[] | null {
  try {
    return window.frameElement?.getAttribute('sandbox')?.toLowerCase().split(/\s+/) ?? null;
  } catch {
    return null;
  }
}

/** Whether an empty window that this frame made has a sandbox: its `domain` cannot be set then. */
function isSandboxed(empty: Window): boolean {
  try {
    const inner = empty.document;
    // A frame without an origin has no domain that could be set.
    if (window.origin !== 'null') Reflect.set(inner, 'domain', Reflect.get(inner, 'domain'));
    return false;
  } catch {
    return true;
  }
}
