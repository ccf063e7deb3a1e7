document.cookie = 't_patched=1';
't_prototype=1'.bake();
localStorage.setItem('t_item', '1');
cookieStore.set('t_store', '1');
document.write('<script>document.cookie = "t_written=1"<\/script>');
document.write('<script src="/tag-own-page.js"><\/script>');
const next = document.createElement('script'); next.src = '/loaded.js?id=1'.replace(/^/, 'https://cdn.tracker.example'); document.head.append(next);
new Image().src = 'https://cdn.tracker.example/pixel?uid=1';
const blank = document.createElement('iframe'); document.documentElement.append(blank);
blank.contentDocument.write('<script>document.cookie = "t_blank=1"<\/script>'); blank.contentDocument.close();
const srcdoc = document.createElement('iframe'); srcdoc.srcdoc = '<script>document.cookie = "t_srcdoc=1"</script>';
document.documentElement.append(srcdoc);
const link = document.createElement('iframe'); link.src = "javascript:void(document.cookie='t_javascript=1')";
document.documentElement.append(link);
const policy = trustedTypes.createPolicy('tag', {createHTML: text => text});
const trusted = document.createElement('div'); document.documentElement.append(trusted);
trusted.innerHTML = policy.createHTML('<img src="data:," onerror="document.cookie = `t_trusted=1`">');
(0, eval)("document.cookie = 't_renamed=1'\n//# sourceURL=https://www.shop.example/innocent.js");
const called = document.createElement('script');
called.textContent = "document.cookie = 't_called=1'\n//# sourceURL=innocent.js"; document.head.append(called);
webkitRequestFileSystem(TEMPORARY, 1024, fs => fs.root.getFile('t_legacy', {create: true}));
class Element2 extends HTMLElement { connectedCallback() { document.cookie = 't_element=1' } }
customElements.define('x-tag', Element2); document.documentElement.append(document.createElement('x-tag'));
new Worker(URL.createObjectURL(new Blob(["importScripts('https://cdn.tracker.example/in-worker.js')"])));
//# sourceURL=https://www.shop.example/not-me.js
