// The page's own click, for what lies under something else.
(element) => element.click()
