/*
 * Says that the browser is too old for connector.js. Old browsers run this file, so it is written
 * in the JavaScript of 2009.
 */
(function () {
  'use strict';
  // The last function of these that browsers got: Chrome and Edge 120, Firefox 133, Safari 17.
  var isOld =
    typeof URL !== 'function' ||
    typeof URL.canParse !== 'function' ||
    typeof AbortSignal !== 'function' ||
    typeof AbortSignal.timeout !== 'function' ||
    typeof Request !== 'function' ||
    !('keepalive' in Request.prototype);
  var page = document.documentElement;
  if (isOld) page.setAttribute('data-browser', 'old');
  window.addEventListener('load', function () {
    // A browser that cannot read connector.js does not start it.
    if (!isOld && page.getAttribute('data-connector') === 'started') return;
    var isRomanian = /^ro/i.test(navigator.language || '');
    var what = isRomanian
      ? isOld
        ? 'Acest browser este prea vechi'
        : 'Conectorul nu a pornit'
      : isOld
        ? 'This browser is too old'
        : 'The connector did not start';
    var advice = isRomanian
      ? ': apelurile nu ajung la flux. Este nevoie cel puțin de '
      : ': calls do not reach the flow. The oldest browsers that work are ';
    var line = document.getElementById('connection');
    line.setAttribute('data-tone', 'bad');
    line.appendChild(
      document.createTextNode(what + advice + 'Chrome 120, Edge 120, Firefox 133, Safari 17.'),
    );
  });
})();
