// A page of a single-page site comes into view half a second later, with tags in its HTML and in its code.
setTimeout(() => {
  history.pushState({}, '', location.pathname + '?view=2')
  document.querySelector('#app').innerHTML =
    '<img alt="" width="1" height="1" src="https://www.facebook.com/tr?id=1&ev=View">' +
    '<iframe width="300" height="200" title="Map" src="https://www.youtube.com/embed/two"></iframe>'
  const script = document.createElement('script')
  script.setAttribute('src', 'https://connect.facebook.net/en_US/fbevents.js')
  document.body.append(script)
}, 500)
