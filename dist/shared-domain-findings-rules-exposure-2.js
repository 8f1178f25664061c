//{"strict":true,"ids":["shared-domain-findings-rules-exposure-2.js"],"needs":["common-domain-findings-rules-exposure.js","common-domain-text-sentence.js"],"modules":{"18312":[27,78,3,"N"],"51142":[116,752,5,"f"]}}
exports.modules={
"18312":
(c,e,$)=>{$.d(e,{N:()=>a});const a=c=>c.replace(/[\\^$.*+?()[\]{}|]/g,"\\$&")},
"51142":
(e,n,t)=>{t.d(n,{f:()=>i});const i={"runtime-deprecated":{title:"The runtime is deprecated",severity:"high",why:"Once the runtime is decommissioned, the function can no longer be deployed and may be disabled."},"runtime-ending":{title:"The runtime will soon be deprecated",severity:"medium",why:"Once the runtime is decommissioned, the function can no longer be deployed and may be disabled."},"latest-is-another":{title:"The newest revision is not the one that this deploy made",severity:"medium",why:"Another deploy changed the same function or service in the meantime."},"function-detached":{title:"The function was detached from the Functions API",severity:"info",why:"The Functions API no longer manages it, so Cloud Run builds it from now on."}}},
};
