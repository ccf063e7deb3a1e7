document.cookie = 't_patched=1';
't_prototype=1'.bake();
localStorage.setItem('t_item', '1');
cookieStore.set('t_store', '1');
document.write('<script>document.cookie = "t_written=1"<\/script>');
document.write('<script src="/tag-own-page.js"><\/script>');
const next = document.createElement('script'); next.src = '/loaded.js?id=1'.replace(/^/, 'https://cdn.tracker.example'); document.head.append(next);
new Image().src = 'https://cdn.tracker.example/pixel?uid=1';
