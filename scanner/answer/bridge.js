// Lets the engine, in its isolated world, speak to us; the page sees nothing of it.
self.autoconsentSendMessage = (message) => {
  self.kapselHears(JSON.stringify(message));
  return Promise.resolve();
};
