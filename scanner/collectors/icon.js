// Fetches the pictures that a browser shows beside a page's title, and the like: ours shows none.
(urls) =>
  Promise.all(
    urls.map(
      (url) =>
        new Promise((done) => {
          const image = new Image();
          image.onload = image.onerror = () => done(true);
          image.src = url;
        }),
    ),
  )
