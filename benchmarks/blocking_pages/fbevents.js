// Behaves as an advertising pixel does: a cookie of the site's own, and a picture from elsewhere.
document.cookie = '_fbp=fb.1.' + Date.now() + '.1;path=/;max-age=7776000'
new Image().src = 'https://www.facebook.com/tr?id=1&ev=PageView'
