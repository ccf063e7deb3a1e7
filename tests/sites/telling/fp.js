const canvas = document.createElement('canvas');
canvas.getContext('2d').fillText('x', 1, 1); canvas.toDataURL();
const context = canvas.getContext('2d');
for (let n = 0; n < 40; n += 1) { context.font = `1${n}px font${n}, serif`; context.measureText('m') }
new OfflineAudioContext(1, 10, 44100);
navigator.mediaDevices.enumerateDevices();
