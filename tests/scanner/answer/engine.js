// Stands in for the engine: speaks the same messages, and knows rules {name, detectCmp, optIn, optOut}.
{
  let rule;
  const say = (message) => self.autoconsentSendMessage(message);
  self.autoconsentReceiveMessage = (message) => {
    if (message.type === "initResp") {
      if (message.config.heuristicMode !== "reject") throw new Error("must never accept to refuse");
      rule = message.rules.autoconsent.find(({ detectCmp }) => document.querySelector(detectCmp));
      if (rule) say({ type: "popupFound", cmp: rule.name, url: location.href });
    } else if (message.type === "optIn") {
      document.querySelector(rule.optIn).click();
      say({ type: "optInResult", cmp: rule.name, result: true, scheduleSelfTest: false, url: location.href });
    } else if (message.type === "optOut") {
      say({ type: "eval", id: "1", code: rule.optOut });
    } else if (message.type === "evalResp") {
      say({ type: "optOutResult", cmp: rule.name, result: message.result, scheduleSelfTest: false, url: location.href });
    } else {
      throw new Error(`unexpected message ${message.type}`);
    }
  };
  say({ type: "init", url: location.href });
}
