// Returns the pairs of which the second, without its marks, is not the same page as the first.
(pairs) => {
  const KEPT = ['src', 'srcset', 'href', 'data', 'poster', 'imagesrcset']
  const tell = (node) => {
    if (node.nodeType !== 1) return [node.nodeType, node.nodeName, node.nodeValue]
    const attributes = Object.fromEntries([...node.attributes].map((a) => [a.name, a.value]))
    if ('data-category' in attributes) {
      delete attributes['data-category']
      if (node.localName === 'script') delete attributes.type
      for (const name of [...KEPT, 'type']) {
        if (`data-${name}` in attributes) attributes[name] = attributes[`data-${name}`]
        delete attributes[`data-${name}`]
      }
    }
    const inside = node.localName === 'template' && node.content ? node.content : node
    return [node.namespaceURI, node.nodeName, Object.entries(attributes).sort(),
            [...inside.childNodes].map(tell)]
  }
  const parse = (text) => new DOMParser().parseFromString(text, 'text/html')
  const asks = (root) => [...root.querySelectorAll('*')].some((e) =>
    e.content ? asks(e.content) :
    /^(script|iframe|img|video|object|input)$/.test(e.localName) &&
    e.namespaceURI.endsWith('xhtml') &&
    ['src', 'srcset', 'poster', 'data'].some((n) => /ads\.|stats\./.test(e.getAttribute(n) || '')))
  const same = (one, other) => JSON.stringify(tell(one)) === JSON.stringify(tell(other))
  return pairs.filter(
    ([before, after]) => !same(parse(before), parse(after)) || asks(parse(after)),
  )
}
