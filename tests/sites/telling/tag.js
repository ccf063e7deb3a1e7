const visitor = document.cookie.match(/visitor=(\w+)/)[1];
new Image().src = 'https://cdn.tracker.example/pixel?tid=G-1&cid=' + visitor + '&dl='
  + encodeURIComponent(location.href) + '&em=0cc175b9c0f1b6a831c399e269772661&sr=1366x768&v=2&gcs=G110';
fetch('https://sync.partner.example/match?partner=tracker&uid=' + visitor, {referrerPolicy: 'unsafe-url'});
navigator.sendBeacon('https://cdn.tracker.example/beacon', JSON.stringify({user: {mail: 'kari@example.no'}}));
