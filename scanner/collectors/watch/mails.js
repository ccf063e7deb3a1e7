// E-mail addresses that a page has the browser hash: to whom it sends the hash, it tells the address.
(({ apply, wrap, tell, matches }) => {
  const { SubtleCrypto, Uint8Array: Bytes } = globalThis;
  const { fromCharCode } = String;
  const { isView } = ArrayBuffer;
  const [SHORTEST, LONGEST] = [6, 254]; // characters of an address
  const ADDRESS = /^[^@\s]+@[^@\s]+\.[^@\s]+$/;

  wrap(SubtleCrypto && SubtleCrypto.prototype, "digest", "value", (native, self, args, above) => {
    const data = args[1];
    try {
      const { buffer, byteOffset, byteLength } = isView(data) ? data : { buffer: data, byteOffset: 0, byteLength: data.byteLength };
      if (byteLength >= SHORTEST && byteLength <= LONGEST) {
        const text = apply(fromCharCode, null, new Bytes(buffer, byteOffset, byteLength));
        if (matches(ADDRESS, text)) tell("mail", text, above, { text });
      }
    } catch {
      // it is nothing that can be hashed
    }
    return apply(native, self, args);
  });
})
