// Scrolls as a press would, so that a picture shows what is pressed.
(element) => element.scrollIntoView({ block: "nearest", inline: "nearest", behavior: "instant" })
