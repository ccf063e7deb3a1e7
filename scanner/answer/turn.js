// Turn a checkbox, radio button or switch on or off; its own input is often hidden behind a picture.
// Returns whether it is as wanted; a page may need a moment for it.
async (element, wanted) => {
  const LOOKS = 12;
  const PAUSE = 25; // milliseconds between two looks
  const isOn = () =>
    typeof element.checked === "boolean"
      ? element.checked
      : ["aria-checked", "aria-pressed"].some((name) => element.getAttribute(name) === "true");
  const moment = async () => {
    for (let i = 0; i < LOOKS && isOn() !== wanted; i++)
      await new Promise((resolve) => setTimeout(resolve, PAUSE));
  };
  if (isOn() === wanted) return true;
  element.click();
  await moment();
  if (isOn() !== wanted && element.labels?.length) {
    element.labels[0].click();
    await moment();
  }
  return isOn() === wanted;
}
