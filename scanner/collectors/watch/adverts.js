// Who asks the browser for what it has for advertising, or for storage across sites: topics,
// interest groups and auctions, measuring, tokens, sign-in. Much of it comes and goes with versions.
(({ wrap, apply, tell }) => {
  const MOST = 6; // reports of one interface, per frame: who asks is what matters
  const asked = (name, owner, method, slot = "value", counts = () => true) => {
    wrap(owner && owner.prototype, method, slot, (native, self, args, above) => {
      if (counts(args)) tell("advertising", name, above, {}, MOST);
      return apply(native, self, args);
    });
  };
  const {
    Document, Navigator, SharedStorage, PrivateAggregation, CredentialsContainer, NavigatorLogin,
    HTMLFencedFrameElement: Fenced,
  } = globalThis;

  asked("topics", Document, "browsingTopics");
  for (const method of ["joinAdInterestGroup", "leaveAdInterestGroup", "updateAdInterestGroups"]) {
    asked("interest_groups", Navigator, method);
  }
  asked("auctions", Navigator, "runAdAuction");
  asked("auctions", Navigator, "getInterestGroupAdAuctionData");
  asked("fenced_frames", Fenced, "config", "set");
  for (const method of ["set", "append", "selectURL", "run", "createWorklet"]) {
    asked("shared_storage", SharedStorage, method);
  }
  asked("private_aggregation", PrivateAggregation, "contributeToHistogram");
  for (const element of ["HTMLImageElement", "HTMLScriptElement", "HTMLAnchorElement"]) {
    asked("attribution", globalThis[element], "attributionSrc", "set");
  }
  for (const element of ["HTMLImageElement", "HTMLIFrameElement"]) {
    asked("topics", globalThis[element], "browsingTopics", "set");
    asked("shared_storage", globalThis[element], "sharedStorageWritable", "set");
  }
  asked("private_tokens", globalThis.HTMLIFrameElement, "privateToken", "set");
  asked("private_tokens", Document, "hasPrivateToken");
  asked("private_tokens", Document, "hasRedemptionRecord");
  asked("storage_access", Document, "requestStorageAccess");
  asked("storage_access", Document, "requestStorageAccessFor");
  asked("federated_sign_in", CredentialsContainer, "get", "value", ([what]) => Boolean(what && what.identity));
  asked("federated_sign_in", NavigatorLogin, "setStatus");
})
