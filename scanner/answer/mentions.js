// Whether a person reads in this document, its open shadow roots included, of what banners ask for.
(subject) => {
  const pattern = new RegExp(subject, "iu");
  const says = (element) =>
    pattern.test(element.innerText ?? "") ||
    [...element.querySelectorAll("*")].some((host) => [...(host.shadowRoot?.children ?? [])].some(says));
  return document.body !== null && says(document.body);
}
