import { connectInBrowser, webClock } from '@accolades-flow/core/web';
import { Connector } from './connector.ts';
import { PageOpener } from './page-opener.ts';
import { PageView } from './page-view.ts';
import { readParameters } from './parameters.ts';
import { explainFailure } from './reachability.ts';
import { stayAwake } from './stay-awake.ts';
import { textsFor } from './texts.ts';
import { postEvent } from './webhook-post.ts';

/** `old-browser.js` sets it, and says so on the page. */
const isBrowserTooOld = document.documentElement.dataset['browser'] === 'old';

if (!isBrowserTooOld) {
  document.documentElement.dataset['connector'] = 'started';
  run();
}

function run(): void {
  const texts = textsFor(navigator.languages);
  const opener = new PageOpener(texts.notification);
  const view = new PageView(document, texts, (url, title) => opener.openByClick(url, title));
  const read = readParameters(location.search);
  if (!read.ok) {
    view.showMissingParameters(read.wrong);
    return;
  }
  const connector = new Connector(read.parameters, {
    clock: webClock,
    random: () => Math.random(),
    connect: connectInBrowser,
    newId,
    post: (url, body) => postEvent(url, body, explainFailure),
    open: (url, title) => opener.open(url, title),
    view,
  });
  connector.resume();
  stayAwake();
  followPage(connector);
  if (typeof Notification !== 'undefined' && Notification.permission === 'default') {
    view.offerNotifications(() => Notification.requestPermission());
  }
}

function followPage(connector: Connector): void {
  window.addEventListener('pagehide', () => {
    connector.suspend();
  });
  window.addEventListener('pageshow', () => {
    connector.resume();
  });
  // A frozen page loses its connection, although the server does not notice it.
  document.addEventListener('freeze', () => {
    connector.suspend();
  });
  document.addEventListener('resume', () => {
    connector.resume();
  });
  window.addEventListener('online', () => {
    connector.retryNow();
  });
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') connector.retryNow();
  });
}

/** `crypto.randomUUID` is there on safe pages only. */
function newId(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))]
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('');
}
