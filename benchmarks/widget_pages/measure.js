// Notes, in the page, when a banner is seen and what it costs. `SELECTOR` is put in by the benchmark.
window.measured = { visible: null, shift: 0, tasks: [], events: [] }

const watch = (type, note, options = {}) =>
  new PerformanceObserver((list) => list.getEntries().forEach(note)).observe({ type, buffered: true, ...options })

watch('layout-shift', (entry) => (measured.shift += entry.value))
watch('longtask', (entry) => measured.tasks.push(entry.duration))
watch('event', (entry) => measured.events.push([entry.name, entry.duration]), { durationThreshold: 16 })

window.findBanner = () => {
  const [host, inside] = SELECTOR.split(' >>> ')
  const found = document.querySelector(host)
  return inside ? found?.shadowRoot?.querySelector(inside) : found
}

const look = () => {
  const box = findBanner()?.getBoundingClientRect()
  const style = box && box.height > 20 && getComputedStyle(findBanner())
  if (style && style.visibility !== 'hidden' && +style.opacity > 0.5 && box.top < innerHeight) {
    measured.visible = performance.now()
    measured.cover = (box.width * Math.min(box.height, innerHeight - box.top)) / (innerWidth * innerHeight)
  } else requestAnimationFrame(look)
}
if (SELECTOR) requestAnimationFrame(look)
