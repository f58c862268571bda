/* global RED */
/*
 * In the page that shows everything, there is room for the flow alone: both sidebars are folded,
 * and all of it is seen.
 */
(function () {
  if (window === window.parent) return;

  const showAll = () => {
    for (const side of ['left', 'right']) RED.menu.setSelected(`menu-item-${side}-sidebar`, false);
    RED.actions.invoke('core:zoom-fit');
  };
  const whenReady = () => {
    if (typeof RED === 'undefined' || !RED.events) return;
    clearInterval(looking);
    // What is folded here is not folded in a tab of its own.
    const set = RED.settings.set;
    RED.settings.set = (name, ...rest) =>
      name === 'editor.sidebar.state' ? undefined : set.call(RED.settings, name, ...rest);
    RED.events.on('flows:loaded', () => setTimeout(showAll, 100));
  };
  // The page's scripts come before the editor itself.
  const looking = setInterval(whenReady, 20);

  let resized;
  window.addEventListener('resize', () => {
    clearTimeout(resized);
    resized = setTimeout(() => RED.actions.invoke('core:zoom-fit'), 200);
  });
})();
