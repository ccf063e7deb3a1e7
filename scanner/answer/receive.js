// Hands a message of ours to the engine.
(message) => self.autoconsentReceiveMessage(message)
