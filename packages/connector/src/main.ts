import { browserClock } from './browser-clock.ts';
import { connectInBrowser } from './browser-transport.ts';
import { Connector } from './connector.ts';
import { PageView } from './page-view.ts';
import { readParameters } from './parameters.ts';
import { openPage } from './screen-pop.ts';
import { textsFor } from './texts.ts';
import { postEvent } from './webhook-post.ts';

const texts = textsFor(navigator.languages);
const view = new PageView(document, texts);
const read = readParameters(location.search);
if (!read.ok) {
  view.showMissingParameters(read.wrong);
} else {
  const { parameters } = read;
  const start = (): Connector => {
    const connector = new Connector(parameters, {
      clock: browserClock,
      random: () => Math.random(),
      connect: connectInBrowser,
      newId,
      post: postEvent,
      beacon: (url, body) => navigator.sendBeacon(url, body),
      open: (url, title) => openPage(url, title, texts.notification),
      view,
    });
    connector.start();
    return connector;
  };
  let connector = start();
  window.addEventListener('pagehide', () => {
    connector.close();
  });
  window.addEventListener('pageshow', ({ persisted }) => {
    // Taken out of the browser's store of pages that were left.
    if (persisted) connector = start();
  });
  window.addEventListener('online', () => {
    connector.retryNow();
  });
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') connector.retryNow();
  });
  if (typeof Notification !== 'undefined' && Notification.permission === 'default') {
    view.offerNotifications(() => Notification.requestPermission());
  }
}

/** `crypto.randomUUID` is there on safe pages only. */
function newId(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))]
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('');
}
