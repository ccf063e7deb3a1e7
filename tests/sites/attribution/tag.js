document.cookie = 't_patched=1';
't_prototype=1'.bake();
localStorage.setItem('t_item', '1');
cookieStore.set('t_store', '1'); cookieStore.set({name: 't_placed', value: '1', path: '/x', expires: new Date(Date.now() + 3600e3)});
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
webkitRequestFileSystem(TEMPORARY, 1024, fs => {
  fs.root.getFile('t_legacy', {create: true});
  fs.root.getDirectory('t_old', {create: true}, old => old.getFile('t_deep', {create: true}));
});
new WebTransport('https://transport.tracker.example/').ready.catch(() => {});
class Element2 extends HTMLElement { connectedCallback() { document.cookie = 't_element=1' } }
customElements.define('x-tag', Element2); document.documentElement.append(document.createElement('x-tag'));
new Worker(URL.createObjectURL(new Blob(["importScripts('https://cdn.tracker.example/in-worker.js')"])));
/* Code that is made of text in other ways than the usual ones. */
const put = text => document.documentElement.appendChild(text);
const framed = document.createElement('iframe'); framed.setAttribute('srcdoc', '<script>document.cookie = "t_attribute=1"</script>'); put(framed);
const button = document.createElement('b'); button.setAttributeNS(null, 'onclick', 'document.cookie = "t_namespace=1"'); button.click();
const node = document.createAttribute('onclick'); node.value = 'document.cookie = "t_node=1"';
const carrier = document.createElement('b'); carrier.setAttributeNode(node); carrier.click();
const parsed = new DOMParser().parseFromString('<b onclick="document.cookie = `t_parsed=1`">x</b>', 'text/html');
put(document.adoptNode(parsed.body.firstChild)).click();
put(document.createElement('div')).attachShadow({mode: 'closed'}).innerHTML = '<img src="data:," onerror="document.cookie = `t_shadow=1`">';
const modular = document.createElement('script'); modular.type = 'module'; modular.textContent = 'document.cookie = "t_module=1"'; put(modular);
document.write('<img src="data:," one', 'rror="document.cookie = `t_pieces=1`">');
/* Natives that the browser itself calls, when nobody is on the stack. */
const write = Document.prototype.__lookupSetter__('cookie');
const later = name => write.bind(document, name + '=1');
addEventListener('load', later('t_listener')); Promise.resolve().then(later('t_settled')); requestAnimationFrame(later('t_painted'));
const channel = new MessageChannel(); channel.port1.onmessage = later('t_told'); channel.port2.postMessage(1);
setTimeout(Reflect.set, 0, document, 'cookie', 't_passed=1');
const taken = put(document.createElement('iframe')); const lent = taken.contentWindow.Document.prototype.__lookupSetter__('cookie');
const lentItem = taken.contentWindow.Storage.prototype.setItem; taken.contentWindow.localStorage.getItem('x');
taken.contentWindow.Object.getOwnPropertyDescriptor(taken.contentWindow, 'localStorage').get.call(window).setItem('t_lent_area', '1');
taken.remove(); lent.call(document, 't_lent=1'); lentItem.call(localStorage, 't_lent_item', '1');
/* Code in addresses that nobody can watch, frames that are counted, folders and buckets. */
const counted = (left, name) => { if (left) requestAnimationFrame(() => counted(left - 1, name)); else document.cookie = name + '=1'; };
counted(60, 't_counted'); cancelAnimationFrame(requestAnimationFrame(() => { document.cookie = 't_cancelled=1' }));
const inside = document.createElement('iframe'); inside.setAttribute('src', 'javascript:void(parent.document.cookie = "t_inside=1")'); put(inside);
addEventListener('load', () => { location.href = 'javascript:void(document.cookie="t_led=1")' });
navigator.storage.getDirectory().then(async root => {
  await root.getDirectoryHandle('t_empty', {create: true});
  await (await root.getDirectoryHandle('t_full', {create: true})).getFileHandle('t_within', {create: true});
});
navigator.storageBuckets.open('t_bucket').then(async bucket => {
  bucket.indexedDB.open('t_bucket_database'); bucket.caches.open('t_bucket_cache');
  (await bucket.getDirectory()).getFileHandle('t_bucket_file', {create: true});
});
const scripts = trustedTypes.createPolicy('scripts', {createScript: text => text});
setTimeout(scripts.createScript('document.cookie = "t_vouched=1"'), 5);
/* Code that the browser itself is told to run, and modules that are made of pieces. */
Promise.resolve('document.cookie = "t_resolved=1"').then(eval); queueMicrotask(eval.bind(null, 'document.cookie = "t_evaluated=1"'));
fetch('/fetched/t').then(answer => answer.text()).then(eval);
const whole = document.createElement('script'); whole.type = 'module'; whole.innerHTML = 'document.cookie = "t_whole=1"'; put(whole);
const added = document.createElement('script'); added.type = 'module'; added.append('document.cookie = "t_appended=1"'); put(added);
/* Scripts without an address, inserted within something else, and filled where they stand; what they plan runs later. */
const timed = name => 'setTimeout(() => { document.cookie = "' + name + '=1" }, 20)';
const holder = document.createElement('div'); holder.append(document.createElement('script')); holder.firstChild.text = timed('t_inserted');
document.body.prepend(holder);
for (const [name, fill] of [['t_filled', (to, text) => { to.text = text; }], ['t_poured', (to, text) => to.append(text)], ['t_shaped', (to, text) => { to.innerHTML = text; }]]) {
  fill(put(document.createElement('script')), timed(name));
}
//# sourceURL=https://www.shop.example/not-me.js
const nested = document.createElement('div');
nested.innerHTML = '<iframe srcdoc="&lt;iframe srcdoc=\'&amp;lt;img src=x onerror=&amp;quot;top.document.cookie = `t_nested=1`&amp;quot;>\'>"></iframe>';
document.body.append(nested);
