// @ts-check

/** Lets the tabs of each list be switched by click and by the arrow keys. */
export function startTabs() {
  for (const list of document.querySelectorAll('[role="tablist"]')) startList(list);
}

/** @param {Element} list */
function startList(list) {
  /** @type {HTMLElement[]} */
  const tabs = [...list.querySelectorAll('[role="tab"]')].map((tab) => /** @type {HTMLElement} */ (tab));
  const select = (/** @type {HTMLElement} */ chosen) => {
    for (const tab of tabs) {
      tab.setAttribute('aria-selected', String(tab === chosen));
      tab.tabIndex = tab === chosen ? 0 : -1;
      const view = document.getElementById(tab.getAttribute('aria-controls') ?? '');
      if (view) view.hidden = tab !== chosen;
    }
  };
  tabs.forEach((tab, i) => {
    tab.addEventListener('click', () => {
      select(tab);
      // The tabs can be at the lower edge of the window, and what they show below it.
      document.getElementById(tab.getAttribute('aria-controls') ?? '')?.scrollIntoView({ block: 'nearest' });
    });
    tab.addEventListener('keydown', (event) => {
      const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
      const next = tabs[(i + step + tabs.length) % tabs.length];
      if (step === 0 || !next) return;
      event.preventDefault();
      select(next);
      next.focus();
    });
  });
}
